using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.HttpSse;
using McpProxy.Gateway.Operator;
using McpProxy.Gateway.Security;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Status;
using McpProxy.Gateway.StreamableHttp;
using McpProxy.Gateway.Telemetry;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using McpProxy.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway;

/// <summary>What the gateway consists of, and in which order a request meets it.</summary>
internal static class GatewayServices
{
    /// <summary>Registers the gateway.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services)
    {
        services.AddSingleton<MessagePool>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RemoteClient>();
        services.AddSingleton(provider => new ProcessGuard(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>().CreateLogger("McpProxy.Guard")));
        services.AddSingleton<BackendRegistry>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<GatewayGauges>();
        services.AddSingleton<SessionPost>();
        services.AddSingleton<LonePost>();
        services.AddSingleton<PostHandler>();
        services.AddSingleton<OpenStreams>();
        services.AddHostedService<SessionWorker>();
        services.AddSingleton<BackendWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<BackendWorker>());
        services.AddHealthChecks().AddCheck<BackendHealthCheck>("backends");
        services.AddCallerSecurity();
        return services;
    }

    /// <summary>Maps the gateway's endpoints.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        if (options.PathBase.Length > 0)
        {
            app.UsePathBase(options.PathBase);
        }

        app.Services.GetRequiredService<GatewayGauges>(); // Monitors may ask from now on.
        app.Use((context, next) =>
        {
            context.RequestServices = app.Services; // None of them is scoped, so no request needs a scope of its own.
            return next(context);
        });
        app.UseRouting();
        app.UsePoolThreads();
        app.UseCallerSecurity();
        app.MapStreamableHttp();
        app.MapHttpSse();
        app.MapStatus();
        app.MapOperator();
        app.MapDefaultEndpoints();
        return app;
    }
}
