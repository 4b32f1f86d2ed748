using System.Net;
using System.Net.Sockets;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>Where telemetry is sent and nobody takes it.</summary>
internal sealed class SilentCollector : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <param name="accepts">Whether connections are taken, and then never answered; else they are refused.</param>
    public SilentCollector(bool accepts)
    {
        _listener.Start();
        Endpoint = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        if (!accepts)
        {
            _listener.Stop();
        }
    }

    public string Endpoint { get; }

    public void Dispose() => _listener.Dispose();
}
