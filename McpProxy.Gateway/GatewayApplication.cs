using System.Net;
using System.Net.Sockets;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Logging;
using McpProxy.Gateway.StreamableHttp;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;
using McpProxy.ServiceDefaults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway;

/// <summary>The gateway as a program: from a parsed command line to an exit code.</summary>
internal static class GatewayApplication
{
    /// <summary>How much of a body is received before somebody wants it, where its connection is not the only one on its thread.</summary>
    private const int ReadAheadBytes = 64 * 1024;

    /// <summary>Runs until the token, Ctrl+C or SIGTERM stops it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="error">Takes the banner and what keeps the gateway from starting.</param>
    /// <param name="cancellationToken">Stops the gateway in good order.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(GatewayArguments arguments, TextWriter error, CancellationToken cancellationToken)
    {
        var builder = CreateBuilder(arguments.Configuration);
        await SayAsync(error, "warning", arguments.Warnings);

        var (options, mistakes) = ReadOptions(builder.Configuration);
        var reader = options?.NamedServerConfig is { Length: > 0 } path ? new ServersFileReader(path, Environment.GetEnvironmentVariable) : null;
        var file = reader?.Read();
        mistakes = [.. mistakes, .. file?.Failure is { } failure ? [failure] : Array.Empty<string>()];
        if (options is null || mistakes.Count > 0)
        {
            await SayAsync(error, "error", mistakes);
            return mistakes.All(mistake => arguments.Uses.Any(use => mistake.Contains($"({use.Flag.Name})", StringComparison.Ordinal))) ? ExitCode.Usage : ExitCode.Failure;
        }

        await SayAsync(error, "error", file?.Errors ?? []);
        await SayAsync(error, "warning", file?.Warnings ?? []);
        var set = BackendSet.Create(options, file);
        await SayAsync(error, "warning", set.Remarks);
        if (set.Backends.Count == 0 && file is null)
        {
            await error.WriteLineAsync(CommandLineHelp.Text);
            await SayAsync(error, "error", ["there is nothing to serve: give a command, --named-server or --named-server-config"]);
            return ExitCode.Failure;
        }

        if (set.Backends.Count == 0)
        {
            await SayAsync(error, "error", [$"{file!.Path}: no server is left to serve"]);
            return ExitCode.Failure;
        }

        return await ServeAsync(builder, options, set, reader, file, error, cancellationToken);
    }

    /// <summary>A host that is set up but for its backends.</summary>
    public static WebApplicationBuilder CreateBuilder(IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        // The settings beside the program count, not those of whatever project it is started in.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"], // What changes later has no effect, and watches are few on some machines.
        });
        builder.Configuration.AddInMemoryCollection(commandLine);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // What keeps it from starting is said in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // A probe asks, and has its answer.
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace; // stdout is not ours.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite; // Whoever reads no log holds nothing up.
        });
        builder.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
        builder.AddServiceDefaults();
        builder.Services.AddGatewayOptions();
        builder.Services.AddGateway();
        return builder;
    }

    private static (GatewayOptions? Options, IReadOnlyList<string> Mistakes) ReadOptions(IConfiguration configuration)
    {
        var options = new GatewayOptions();
        new GatewayOptionsSetup(configuration).Configure(options);
        var result = new GatewayOptionsValidator(configuration).Validate(Options.DefaultName, options);
        return result.Failed ? (null, [.. result.Failures]) : (options, []);
    }

    private static async Task<int> ServeAsync(
        WebApplicationBuilder builder, GatewayOptions options, BackendSet set, ServersFileReader? reader, ServersFile? file, TextWriter error, CancellationToken cancellationToken)
    {
        if (!new OtlpSettings(Environment.GetEnvironmentVariable).Any)
        {
            // Not with an exporter: the check of a certificate on its way might block one of these threads.
            SocketThreads.RunContinuationsInline(Math.Max(1, Environment.ProcessorCount / 2));
        }

        builder.Services.AddSingleton(set);
        if (reader is not null)
        {
            builder.Services.AddHostedService(provider => new ServersFileWatcher(
                reader, file!, provider.GetRequiredService<BackendWorker>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ServersFileWatcher>>()));
        }

        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = options.ShutdownTimeout;
            host.ServicesStopConcurrently = true; // Kestrel waits for streams that end only when the backends' sessions do.
        });
        builder.WebHost.ConfigureKestrel((context, kestrel) => Configure(kestrel, context.Configuration, options));
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.CreateBoundListenSocket = ListenSocket.Create;
            if (SocketThreads.RunContinuations)
            {
                sockets.UnsafePreferInlineScheduling = true;
                sockets.MaxReadBufferSize = ReadAheadBytes;
            }
        });
        await using var app = builder.Build();
        await app.Services.GetRequiredService<BackendWorker>().StartAsync(cancellationToken); // Before the host does: servers take longest to start.
        app.MapGateway();
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await SayAsync(error, "error", [$"cannot listen on {options.Host} port {options.Port} (--host, --port): {e.Message}"]);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Success;
        }

        await error.WriteAsync(Banner.Create(app.Urls, options, set));
        await error.FlushAsync(CancellationToken.None);
        await app.WaitForShutdownAsync(cancellationToken);
        await app.Services.StopTelemetryAsync(options.ShutdownTimeout);
        return ExitCode.Success;
    }

    private static void Configure(KestrelServerOptions kestrel, IConfiguration configuration, GatewayOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = (long)options.MaxRequestBytes + RequestBody.SkippedBytes; // Who reads bodies keeps to the limit itself.

        // Where the environment says what to listen on (a container image, the AppHost), and nobody chose otherwise, that stands.
        string?[] elsewhere = [configuration["urls"], configuration["http_ports"], configuration["https_ports"]];
        var chosen = configuration.GetSection(GatewayOptions.Section);
        if (chosen[nameof(options.Port)] is null && chosen[nameof(options.Host)] is null && elsewhere.Any(value => !string.IsNullOrEmpty(value)))
        {
            return;
        }

        foreach (var address in Addresses(options.Host, options.Port))
        {
            kestrel.Listen(address, options.Port);
        }
    }

    // "localhost" is both loopback addresses, as browsers resolve it; two listeners cannot take one free port.
    private static IPAddress[] Addresses(string host, int port) =>
        host == "*" ? [IPAddress.IPv6Any]
        : IPAddress.TryParse(host.Trim('[', ']'), out var address) ? [address]
        : [IPAddress.Loopback, .. Socket.OSSupportsIPv6 && port != 0 ? [IPAddress.IPv6Loopback] : Array.Empty<IPAddress>()];

    private static async Task SayAsync(TextWriter error, string kind, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await error.WriteLineAsync($"mcp-proxy: {kind}: {line}");
        }
    }
}
