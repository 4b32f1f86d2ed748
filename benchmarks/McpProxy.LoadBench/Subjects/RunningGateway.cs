using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Sessions;

namespace McpProxy.LoadBench.Subjects;

/// <summary>A gateway that was started and answers.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    public const string McpTarget = "/mcp";
    public const string SseTarget = "/sse";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly BenchProgram _program;

    private RunningGateway(GatewaySubject subject, Wire wire, int port) =>
        (Subject, Wire, Port, _program) = (subject, wire, port, BenchProgram.Start(subject.Launch(wire, port)));

    public GatewaySubject Subject { get; }

    public Wire Wire { get; }

    public int Port { get; }

    /// <summary>How long it took until it had answered.</summary>
    public TimeSpan StartUp { get; private set; }

    public int ProcessId => _program.Id;

    /// <summary>Starts a gateway, and waits until it has answered an <c>initialize</c>.</summary>
    public static async Task<RunningGateway> StartAsync(GatewaySubject subject, Wire wire, CancellationToken cancellationToken)
    {
        var gateway = new RunningGateway(subject, wire, FreePort());
        try
        {
            await gateway.WaitForAnswerAsync(cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a session.</summary>
    public async Task<ILoadSession> OpenSessionAsync(CancellationToken cancellationToken, bool isBlocking = false) =>
        (Subject.OnlyWire ?? Wire) == Wire.Http
            ? await OpenHttpSessionAsync(cancellationToken, isBlocking)
            : await HttpSseSession.OpenAsync(Port, SseTarget, isBlocking, cancellationToken, Subject.IsProxy);

    /// <summary>Opens a session over Streamable HTTP.</summary>
    public ValueTask<StreamableHttpSession> OpenHttpSessionAsync(CancellationToken cancellationToken, bool isBlocking = false) =>
        StreamableHttpSession.OpenAsync(Port, McpTarget, isBlocking, cancellationToken);

    /// <summary>Opens sessions, one after the other.</summary>
    public async Task<IReadOnlyList<ILoadSession>> OpenSessionsAsync(int count, CancellationToken cancellationToken)
    {
        var sessions = new List<ILoadSession>();
        while (sessions.Count < count)
        {
            sessions.Add(await OpenSessionAsync(cancellationToken));
        }

        return sessions;
    }

    /// <summary>What its process has used so far.</summary>
    public ProcessUsage Usage() => _program.Usage();

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> WaitAsync(CancellationToken cancellationToken) => _program.WaitAsync(cancellationToken);

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitForAnswerAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartPatience);
        while (!await IsAnsweringAsync(deadline.Token))
        {
            _ = Usage();
            await Task.Delay(Pause, TimeProvider.System, deadline.Token);
        }

        StartUp = Stopwatch.GetElapsedTime(_start);
    }

    private async Task<bool> IsAnsweringAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await OpenSessionAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is SocketException or BenchException)
        {
            return false; // It does not listen yet, or its child is not there yet.
        }
    }
}
