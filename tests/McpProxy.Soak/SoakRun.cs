using McpProxy.Soak.Clients;
using McpProxy.Soak.Plan;
using McpProxy.Soak.Programs;
using McpProxy.Soak.Results;

namespace McpProxy.Soak;

/// <summary>The whole run: starts the programs, drives the sessions, and looks at what is left.</summary>
internal sealed class SoakRun : IDisposable
{
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SayPeriod = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("soak-");
    private readonly SoakOptions _options;
    private readonly Action<string> _say;
    private readonly Ledger _ledger;
    private readonly LogFile _bridgeLog;
    private int _sessions;

    private SoakRun(SoakOptions options, Action<string> say)
    {
        (_options, _say) = (options, say);
        _ledger = new Ledger(_time);
        _bridgeLog = new LogFile("bridges", options.LogFolder, _ledger.Report);
    }

    public static async Task<Report> RunAsync(SoakOptions options, Action<string> say, CancellationToken stop)
    {
        using var run = new SoakRun(options, say);
        return await run.RunAsync(stop);
    }

    public void Dispose()
    {
        _bridgeLog.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<Report> RunAsync(CancellationToken stop)
    {
        var began = _time.GetTimestamp();
        var marker = Guid.NewGuid().ToString("N");
        string[] common = ["--port", "0", "--session-idle-timeout", $"{_options.IdleSeconds}s", "--stall-timeout", "5s"];
        await using var far = await StartAsync("far-gateway", [.. common, "--sharing", "auto", "-e", "SOAK", marker, "--", "dotnet", ProgramPaths.FaultServer], stop);
        var path = Path.Combine(_folder.FullName, "servers.json");
        using var servers = new ServersFile(path, marker, new Uri(far.Address, "/mcp"), _time);
        servers.Write();
        await using var gateway = await StartAsync("gateway", [.. common, "--named-server-config", path], stop);

        var watches = new[] { new Watch("gateway", gateway), new Watch("far-gateway", far) };
        var aftermath = new Aftermath(watches, servers, _ledger, _time, TimeSpan.FromSeconds(_options.IdleSeconds));
        await aftermath.RememberAsync(stop);
        await DriveAsync(gateway, servers, watches, stop);
        _say($"{_sessions} sessions are over after {_time.GetElapsedTime(began).TotalSeconds:0} s; looking at what is left");
        await aftermath.CheckAsync(far.Address.Port);
        return new Report(_options, _sessions, servers.Rounds, _time.GetElapsedTime(began), _ledger, watches);
    }

    private Task<GatewayProgram> StartAsync(string name, string[] arguments, CancellationToken cancellationToken) =>
        GatewayProgram.StartAsync(arguments, new LogFile(name, _options.LogFolder, _ledger.Report), _time, cancellationToken);

    private async Task DriveAsync(GatewayProgram gateway, ServersFile servers, Watch[] watches, CancellationToken stop)
    {
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(watches, over.Token);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (_options.Duration is { } duration)
        {
            end.CancelAfter(duration);
        }

        await Task.WhenAll(Enumerable.Range(0, _options.Parallel).Select(_ => Task.Run(() => WorkAsync(gateway, servers, end.Token), CancellationToken.None)));
        await over.CancelAsync();
        await watching;
    }

    /// <summary>Drives one session after the other.</summary>
    private async Task WorkAsync(GatewayProgram gateway, ServersFile servers, CancellationToken end)
    {
        while (!end.IsCancellationRequested && Interlocked.Increment(ref _sessions) is var number)
        {
            if (number > _options.Sessions)
            {
                Interlocked.Decrement(ref _sessions);
                return;
            }

            var plan = SessionPlan.Create(_options.Seed, number);
            if (plan.ReloadsFirst)
            {
                await servers.ChangeAsync();
            }

            await using var client = CreateClient(plan, gateway.Address);
            await new SessionRun(plan, client, _ledger, _time).RunAsync();
        }
    }

    private McpClient CreateClient(SessionPlan plan, Uri gateway)
    {
        var (mcp, sse) = (new Uri(gateway, $"/servers/{plan.Server.Name}/mcp"), new Uri(gateway, $"/servers/{plan.Server.Name}/sse"));
        Action<string> report = text => _ledger.Report($"session {plan.Number} ({plan.Wire}, {plan.Server.Name}): {text}");
        return plan.Wire switch
        {
            Wire.StreamableHttp => new StreamableHttpClient(mcp, _time, report),
            Wire.HttpSse => new HttpSseClient(sse, _time, report),
            Wire.Bridge => new BridgeClient(["--transport", "streamablehttp", mcp.AbsoluteUri], _bridgeLog, report),
            _ => new BridgeClient(["--transport", "sse", sse.AbsoluteUri], _bridgeLog, report),
        };
    }

    private async Task WatchAsync(Watch[] watches, CancellationToken over)
    {
        var said = _time.GetTimestamp();
        using var timer = new PeriodicTimer(SamplePeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                foreach (var watch in watches)
                {
                    watch.Look();
                }

                if (_time.GetElapsedTime(said) >= SayPeriod)
                {
                    said = _time.GetTimestamp();
                    _say($"{_time.GetLocalNow():HH:mm:ss} session {_sessions}, {_ledger.Begun} calls, {_ledger.Problems.Count} problems; "
                        + string.Join("; ", watches.Select(watch => $"{watch.Name} {watch.Last}")));
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // All sessions are over.
        }
    }
}
