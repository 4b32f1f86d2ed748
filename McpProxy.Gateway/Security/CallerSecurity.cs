using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Security;

/// <summary>Refuses callers that the <see cref="CallerPolicy"/> does not know, and tells browsers what the others may do.</summary>
internal static class CallerSecurity
{
    /// <summary>Registers the policy and CORS.</summary>
    public static IServiceCollection AddCallerSecurity(this IServiceCollection services)
    {
        services.AddSingleton<CallerPolicy>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<CallerPolicy, IOptions<GatewayOptions>>((cors, policy, options) =>
            cors.AddDefaultPolicy(builder => Configure(builder, policy, options.Value)));
        return services;
    }

    /// <summary>Checks every request.</summary>
    public static IApplicationBuilder UseCallerSecurity(this IApplicationBuilder app)
    {
        app.Use(CheckAsync);
        return app.Use(next =>
        {
            // Built when the first page asks, because most gateways never see one.
            var cors = new Lazy<RequestDelegate>(() =>
            {
                var pages = app.New();
                pages.UseCors().Run(next);
                return pages.Build();
            });
            return context => context.Request.Headers.Origin.Count > 0 ? cors.Value(context) : next(context);
        });
    }

    private static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var policy = context.RequestServices.GetRequiredService<CallerPolicy>();
        var request = context.Request;
        if (!policy.AllowsHost(request.Host))
        {
            return FaultResponse.WriteAsync(context, ProxyFault.HostRefused);
        }

        var origin = request.Headers.Origin;
        return origin.Count > 0 && !policy.AllowsOrigin(origin.ToString(), request.Host)
            ? FaultResponse.WriteAsync(context, ProxyFault.OriginRefused)
            : next(context);
    }

    private static void Configure(CorsPolicyBuilder builder, CallerPolicy policy, GatewayOptions options)
    {
        builder
            .WithMethods("GET", "POST", "DELETE", "OPTIONS")
            .AllowAnyHeader() // Mcp-*, Last-Event-ID, Authorization, and what the next revision adds.
            .WithExposedHeaders(["Mcp-Session-Id", "MCP-Protocol-Version", "WWW-Authenticate", .. options.ExposeHeader])
            .SetPreflightMaxAge(TimeSpan.FromHours(2));
        _ = policy.AllowsAnyOrigin ? builder.AllowAnyOrigin() : builder.SetIsOriginAllowed(policy.AllowsOrigin);
    }
}
