using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace McpProxy.ServiceDefaults;

/// <summary>
/// Completes the spans of HTTP requests, which ASP.NET Core leaves without name, route and status (.NET 10; OpenTelemetry, HTTP conventions).
/// Health probes are left out: one comes every few seconds, and each is like the other.
/// </summary>
internal sealed class HttpSpans : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CompleteAsync);
        next(app);
    };

    private static async Task CompleteAsync(HttpContext context, RequestDelegate next)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is not null && context.Request.Path.Value is "/health" or "/alive")
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        try
        {
            await next(context);
        }
        finally
        {
            if (span?.IsAllDataRequested == true)
            {
                Complete(span, context);
            }
        }
    }

    private static void Complete(Activity span, HttpContext context)
    {
        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", $"{status}").SetStatus(ActivityStatusCode.Error);
        }

        span.DisplayName = context.Request.Method;
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.SetTag("http.route", route);
            span.DisplayName += $" {route}";
        }
    }
}
