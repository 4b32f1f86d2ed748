using System.Net;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.StreamableHttp;
using McpProxy.Relay.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A gateway in this process, listening on a free port, in front of real child processes.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private const string MarkerName = "MCP_PROXY_TEST_GATEWAY";

    private readonly string _marker = Guid.NewGuid().ToString("N");
    private readonly List<IDisposable> _clients = [];
    private readonly ManualClock? _clock;
    private WebApplication _app = null!;
    private bool _stopped;
    private int _aborted;

    private GatewayHost(ManualClock? clock) => _clock = clock;

    /// <summary>Where it listens, without a path.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What it logged.</summary>
    public LogRecorder Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    public MessagePool Pool => Services.GetRequiredService<MessagePool>();

    public SessionRegistry Sessions => Services.GetRequiredService<SessionRegistry>();

    public GatewayOptions Options => Services.GetRequiredService<IOptions<GatewayOptions>>().Value;

    /// <summary>How many requests their clients left.</summary>
    public int Aborted => Volatile.Read(ref _aborted);

    /// <summary>Every process that it started and every one below those, as far as they run.</summary>
    public IReadOnlyList<int> Processes => MarkedProcesses.Find(MarkerName, _marker);

    /// <summary>The default backend.</summary>
    public Backend Backend => Backends.All[GatewayOptions.DefaultBackend];

    public BackendRegistry Backends => Services.GetRequiredService<BackendRegistry>();

    /// <summary>Stops the backends when the gateway stops.</summary>
    public BackendWorker Worker => Services.GetRequiredService<BackendWorker>();

    /// <summary>Starts a gateway as <see cref="GatewayApplication"/> does.</summary>
    public static async Task<GatewayHost> StartAsync(
        IReadOnlyDictionary<string, BackendOptions> backends, Action<GatewayOptions>? configure, ManualClock? clock)
    {
        var host = new GatewayHost(clock);
        var builder = GatewayApplication.CreateBuilder([]);
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(host.Log);
        builder.Services.AddSingleton(new BackendSet(host.Mark(backends), []));
        builder.Services.PostConfigure<GatewayOptions>(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(2); // A test that leaves a call in flight has nobody who waits for it.
            configure?.Invoke(options);
        });
        if (clock is not null)
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
        }

        builder.Services.AddOptions<HostOptions>().Configure<IOptions<GatewayOptions>>((settings, options) =>
        {
            settings.ShutdownTimeout = options.Value.ShutdownTimeout;
            settings.ServicesStopConcurrently = true;
        });
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            var limit = kestrel.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value.MaxRequestBytes;
            kestrel.Limits.MaxRequestBodySize = (long)limit + RequestBody.SkippedBytes;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        host._app = builder.Build();
        host._app.Use(host.WatchAsync);
        host._app.MapGateway();
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        host.Address = new Uri(host._app.Urls.Single());
        return host;
    }

    /// <summary>The address of an endpoint.</summary>
    /// <param name="path">The endpoint, such as <c>/mcp</c>.</param>
    /// <param name="server">A named server, or null for the default one.</param>
    public Uri Uri(string path, string? server = null) => new(Address, $"{Options.PathBase}{(server is null ? "" : $"/servers/{server}")}{path}");

    /// <summary>A client of Streamable HTTP without a session.</summary>
    public McpClient Client(string? server = null, HttpMessageHandler? handler = null) => Keep(new McpClient(Uri("/mcp", server), handler));

    /// <summary>A client of Streamable HTTP with a session.</summary>
    public async Task<McpClient> ConnectAsync(string? server = null, string capabilities = "{}", string version = "2025-11-25", HttpMessageHandler? handler = null)
    {
        var client = Client(server, handler);
        await client.InitializeAsync(version, capabilities);
        return client;
    }

    /// <summary>A client of HTTP+SSE with its stream open.</summary>
    public async Task<SseClient> OpenSseAsync(string? server = null)
    {
        var client = Keep(new SseClient());
        await client.OpenAsync(Uri("/sse", server));
        return client;
    }

    /// <summary>A client of HTTP+SSE with a session.</summary>
    public async Task<SseClient> ConnectSseAsync(string? server = null, string capabilities = "{}")
    {
        var client = await OpenSseAsync(server);
        await client.InitializeAsync(capabilities);
        return client;
    }

    /// <summary>Waits until exactly so many processes run.</summary>
    public Task UntilProcessesAsync(int count) => Wait.UntilAsync(
        () => !MarkedProcesses.CanBeFound || Processes.Count == count, () => $"{count} processes run, now [{string.Join(", ", Processes)}]");

    /// <summary>Waits until exactly so many sessions are open.</summary>
    public Task UntilSessionsAsync(int count) => Wait.UntilAsync(() => Sessions.Count == count, () => $"{count} sessions are open, now {Sessions.Count}");

    /// <summary>Changes the backends, as a new servers file does.</summary>
    public void Apply(IReadOnlyDictionary<string, BackendOptions> backends) => Backends.Apply(Mark(backends));

    /// <summary>Changes the backends, and waits until those that are gone have stopped.</summary>
    public Task ApplyAsync(IReadOnlyDictionary<string, BackendOptions> backends)
    {
        Apply(backends);
        return Backends.Leaving;
    }

    /// <summary>Lets the time pass that stopping two servers takes which ignore everything: both are terminated, and then killed.</summary>
    /// <param name="clock">The gateway's clock.</param>
    /// <param name="step">What each of these steps may take.</param>
    /// <param name="stopping">Done when both have ended.</param>
    public async Task PassStoppingOfTwoAsync(ManualClock clock, TimeSpan step, Task stopping)
    {
        await clock.UntilTimerAsync(step, count: 2);
        clock.Advance(step);
        await Wait.UntilAsync(() => Log.Count("terminating it") == 2, "both are terminated");
        await clock.UntilTimerAsync(step, count: 2);
        clock.Advance(step);
        await Wait.UntilAsync(() => Log.Count("killing it") == 2, "both are killed");

        await clock.PassUntilAsync(stopping, "both have ended");
    }

    /// <summary>Stops the gateway; its clients are still there.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        var stop = _app.StopAsync(TestContext.Current.CancellationToken);
        if (_clock is not null)
        {
            await _clock.PassUntilAsync(stop, "the gateway has stopped");
        }

        await Wait.ForAsync(stop, "the gateway has stopped");
    }

    /// <summary>Stops the gateway, and fails when anything of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(Environment.NewLine, Log.Records.TakeLast(300)));
        try
        {
            if (!_stopped)
            {
                await StopAsync();
            }

            await Wait.UntilAsync(() => Sessions.Count == 0, () => $"no session is left of {Sessions.Count}");
            await UntilProcessesAsync(0);
            await Wait.UntilAsync(() => Pool.Outstanding == 0, () => $"no message buffer is left of {Pool.Outstanding}");
            Assert.DoesNotContain(Log.Records, record => record.Exception is not null);
        }
        finally
        {
            _clients.ForEach(client => client.Dispose());
            Kill(Processes);
            await _app.DisposeAsync();
        }
    }

    /// <summary>Kills processes as a crash does: without a warning.</summary>
    public static void Kill(params IEnumerable<int> processes)
    {
        foreach (var id in processes)
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(id);
                process.Kill();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It ended meanwhile.
            }
        }
    }

    private T Keep<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }

    private IReadOnlyDictionary<string, BackendOptions> Mark(IReadOnlyDictionary<string, BackendOptions> backends)
    {
        foreach (var backend in backends.Values)
        {
            backend.Env[MarkerName] = _marker;
        }

        return backends;
    }

    private Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        context.RequestAborted.Register(() => Interlocked.Increment(ref _aborted));
        return next(context);
    }
}
