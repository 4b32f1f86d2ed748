using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>The reference server in one of its own HTTP modes: a remote server that is not ours.</summary>
internal sealed class NpmServer : IAsyncDisposable
{
    private readonly CapturedProcess _process;

    private NpmServer(CapturedProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public Uri Mcp => new($"http://127.0.0.1:{Port}/mcp");

    public Uri Sse => new($"http://127.0.0.1:{Port}/sse");

    /// <summary>Starts it in mode <c>streamableHttp</c> or <c>sse</c>; 0 takes a free port.</summary>
    public static async Task<NpmServer> StartAsync(string mode, CancellationToken cancellationToken, int port = 0)
    {
        port = port == 0 ? FindFreePort() : port;
        var start = new ProcessStartInfo(ArtifactPaths.Node, [ArtifactPaths.ServerEverything, mode]);
        start.Environment["PORT"] = $"{port}";
        var process = new CapturedProcess(start);
        await Wait.UntilAsync(() => process.Errors.Any(line => line.Contains($"port {port}", StringComparison.Ordinal)), process.Describe, cancellationToken);
        return new NpmServer(process, port);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
