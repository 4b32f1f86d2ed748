using System.Diagnostics;

namespace McpProxy.Relay.Telemetry;

/// <summary>Whom the proxy talks with: a client that asks, or a server that answers.</summary>
/// <param name="Transport"><see cref="Attributes.Pipe"/> or <see cref="Attributes.Tcp"/>.</param>
/// <param name="Backend">The name of the backend that it is about; null where there is but one.</param>
/// <param name="Address">Where a remote server is: its host's name or IP address.</param>
/// <param name="Port">Its port.</param>
public sealed record Party(string Transport, string? Backend = null, string? Address = null, int? Port = null)
{
    /// <summary>A remote server.</summary>
    public static Party Remote(Uri endpoint, string? backend = null) => new(Attributes.Tcp, backend, endpoint.IdnHost, endpoint.Port);

    internal void AddTo(ref TagList tags)
    {
        tags.Add(Attributes.Transport, Transport);
        if (Backend is not null)
        {
            tags.Add(Attributes.Backend, Backend);
        }

        if (Address is not null)
        {
            tags.Add(Attributes.ServerAddress, Address);
            tags.Add(Attributes.ServerPort, Port);
        }
    }
}
