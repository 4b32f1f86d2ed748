using System.Net;
using System.Net.Sockets;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Sessions;

namespace McpProxy.LoadBench.Subjects;

/// <summary>A gateway that was started and answers.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly BenchProgram _program;

    private RunningGateway(GatewaySubject subject, Wire wire, int port, BenchProgram program) =>
        (Subject, Wire, Port, _program) = (subject, wire, port, program);

    public GatewaySubject Subject { get; }

    public Wire Wire { get; }

    public int Port { get; }

    public int ProcessId => _program.Id;

    /// <summary>Starts a gateway, and waits until it has answered an <c>initialize</c>.</summary>
    public static async Task<RunningGateway> StartAsync(GatewaySubject subject, Wire wire, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var gateway = new RunningGateway(subject, wire, port, BenchProgram.Start(subject.Launch(wire, port)));
        try
        {
            await gateway.WaitAsync(cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a session.</summary>
    public async Task<ILoadSession> OpenSessionAsync(CancellationToken cancellationToken, bool isBlocking = false) => Wire == Wire.Http
        ? await StreamableHttpSession.OpenAsync(Port, "/mcp", isBlocking, cancellationToken)
        : await HttpSseSession.OpenAsync(Port, "/sse", isBlocking, cancellationToken);

    /// <summary>What its process has used so far.</summary>
    public ProcessUsage Usage() => _program.Usage();

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartPatience);
        while (!await IsAnsweringAsync(deadline.Token))
        {
            _ = Usage();
            await Task.Delay(Pause, deadline.Token);
        }
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
