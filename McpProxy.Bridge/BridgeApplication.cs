using McpProxy.Bridge.Configuration;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;

namespace McpProxy.Bridge;

/// <summary>The bridge as a program: a stdio server that relays to a remote one.</summary>
internal static class BridgeApplication
{
    /// <summary>Runs the bridge.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="error">Takes mistakes; stdout belongs to the protocol.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter error, CancellationToken cancellationToken)
    {
        var options = new BridgeOptions { Remote = new RemoteOptions { Endpoint = new Uri(args[0]), Kind = Enum.Parse<RemoteKind>(args.ElementAtOrDefault(1)?.Split('=')[1] switch { "sse" => "HttpSse", "streamablehttp" => "StreamableHttp", _ => "Auto" }) }, TokenFolder = "", LogLevel = Microsoft.Extensions.Logging.LogLevel.Debug };
        return await RunAsync(options, new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }), error, cancellationToken);
    }

    public static async Task<int> RunAsync(BridgeOptions options, HttpMessageInvoker http, TextWriter error, CancellationToken cancellationToken)
    {
        var pool = new MessagePool();
        var logger = new StderrLogger(error, options.LogLevel, TimeProvider.System);
        await using var host = new LineTransport(Console.OpenStandardInput(), Console.OpenStandardOutput(), pool, options.Remote.MaxMessageBytes);
        RemoteTransport Connect() => new(options.Remote, http, pool, TimeProvider.System, logger);
        logger.Started(options.Remote.Endpoint.Authority);
        await new HostRelay(host, Connect, options.ShutdownTimeout, pool, TimeProvider.System, logger).RunAsync(cancellationToken);
        return 0;
    }
}
