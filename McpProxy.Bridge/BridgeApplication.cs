using McpProxy.Bridge.Authorization;
using McpProxy.Bridge.Check;
using McpProxy.Bridge.Configuration;
using McpProxy.Bridge.Stdio;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge;

/// <summary>The bridge as a program: a stdio server that relays to a remote one.</summary>
/// <param name="input">Its stdin.</param>
/// <param name="output">Its stdout, which belongs to the protocol.</param>
/// <param name="error">Takes mistakes and the log, from any thread; it neither waits nor throws.</param>
/// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
/// <param name="time">The clock.</param>
internal sealed class BridgeApplication(Stream input, Stream output, TextWriter error, Func<string, string?> variable, TimeProvider time)
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>With one thread for sockets, a connection that much comes in on would hold up all others; most bridges have no work for more than a few.</summary>
    private const int LeastThreads = 2;

    private const int MostThreads = 4;

    /// <summary>The bridge between this process's own stdin and stdout, and a remote server.</summary>
    /// <param name="args">The command line as it was typed: when it holds an address, what the bridge will need is made ready meanwhile.</param>
    /// <param name="error">This process's stderr.</param>
    public static BridgeApplication OnConsole(IEnumerable<string> args, TextWriter error)
    {
        if (args.Any(word => word.StartsWith("http", StringComparison.Ordinal)))
        {
            _ = WarmUp.RunAsync(); // Discarded: it throws nothing, and nothing waits for it.
        }

        return new BridgeApplication(StandardStreams.OpenInput(), StandardStreams.OpenOutput(), error, Environment.GetEnvironmentVariable, TimeProvider.System);
    }

    /// <summary>Runs until the host closes stdin, or it is cancelled.</summary>
    /// <param name="words">The command line.</param>
    /// <param name="cancellationToken">Ends it as a closed stdin does.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        var arguments = BridgeCommandLine.Parse(words, variable);
        foreach (var mistake in arguments.Errors)
        {
            await error.WriteLineAsync($"mcp-proxy: error: {mistake}");
        }

        if (arguments.Errors.Count > 0)
        {
            await error.WriteLineAsync("Try 'mcp-proxy --help' for all options and examples.");
            return Usage;
        }

        if (arguments.Options is not { } options)
        {
            return await new CheckApplication(output, NewLogger(LogLevel.Warning), time).RunAsync(arguments.Command, arguments.Json, cancellationToken) ? Success : Failure;
        }

        await using var telemetry = BridgeTelemetry.Start(variable, options.LogLevel);
        ILogger logger = NewLogger(options.LogLevel);
        logger = telemetry?.Add(logger) ?? logger;
        if (telemetry is null && options.Remote.Endpoint.Scheme == Uri.UriSchemeHttp)
        {
            // Elsewhere what such a thread may wait for would come on such a thread: an exporter's answers, the certificates of a chain.
            SocketThreads.RunContinuationsInline(Math.Clamp(Environment.ProcessorCount, LeastThreads, MostThreads));
        }

        using var network = CreateHttp(options);
        using var direct = new HttpMessageInvoker(network, disposeHandler: false);
        using var credentials = options.ClientCredentials is null ? null : new ClientCredentialsTokens(options, direct, time);
        await using var logins = new LoginTokens(options, direct, new Browser(logger).Open, logger, time);
        using var authorization = new AuthorizationHandler(options.Remote.Endpoint, (ITokenSource?)credentials ?? logins, network);
        using var http = new HttpMessageInvoker(authorization);
        if (arguments.IsCheck)
        {
            return await new CheckApplication(output, logger, time).RunAsync(options, http, () => authorization.Used, arguments.Json, cancellationToken) ? Success : Failure;
        }

        return await RelayAsync(options, http, logger, cancellationToken) ? Success : Failure;
    }

    private StderrLogger NewLogger(LogLevel level) => new(error, level, time);

    /// <returns>False when stdout broke for another reason than that the host is gone.</returns>
    private async Task<bool> RelayAsync(BridgeOptions options, HttpMessageInvoker http, ILogger logger, CancellationToken cancellationToken)
    {
        var pool = new MessagePool();
        await using var host = new LineTransport(input, output, pool, options.Remote.MaxMessageBytes);
        logger.Started(options.Remote.Endpoint.Authority);
        var operations = new HostOperations(Party.Remote(options.Remote.Endpoint));
        var failure = await new HostRelay(host, () => new RemoteTransport(options.Remote, http, pool, time, logger), operations, options.ShutdownTimeout, pool, time, logger)
            .RunAsync(cancellationToken);
        if (failure is null || PromptOutput.IsReaderGone(failure))
        {
            return true;
        }

        logger.OutputFailed(failure.Message);
        return false;
    }

    private static HttpMessageHandler CreateHttp(BridgeOptions options) => RemoteHttp.Create(new RemoteHttpOptions
    {
        ConnectTimeout = options.Remote.ConnectTimeout,
        VerifyCertificate = options.VerifyCertificate,
        CaBundle = options.CaBundle,
    });
}
