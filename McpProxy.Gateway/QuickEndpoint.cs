using McpProxy.Relay.Transports;

namespace McpProxy.Gateway;

/// <summary>Marks an endpoint that sees for itself to it that it holds up no thread of the runtime's sockets (<see cref="SocketThreads"/>).</summary>
internal sealed class QuickEndpoint;

/// <summary>Where requests are handled.</summary>
internal static class QuickEndpointExtensions
{
    /// <summary>
    /// Has whatever is no <see cref="QuickEndpoint"/> run on a thread of the pool; and what is one, too, while nothing but requests comes in:
    /// whoever sends one after the other that need not wait for an answer holds nobody else up.
    /// </summary>
    public static IApplicationBuilder UsePoolThreads(this IApplicationBuilder app) =>
        app.Use((context, next) => context.GetEndpoint()?.Metadata.GetMetadata<QuickEndpoint>() is not null && !PoolThread.IsDue() ? next(context) : OnPoolAsync(context, next));

    private static async Task OnPoolAsync(HttpContext context, RequestDelegate next)
    {
        await PoolThread.SwitchAsync();
        await next(context);
    }
}
