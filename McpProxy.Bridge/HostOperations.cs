using System.Collections.Concurrent;
using System.Diagnostics;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Bridge;

/// <summary>What is traced and measured of the host's requests, while somebody listens.</summary>
/// <param name="server">Where they go.</param>
internal sealed class HostOperations(Party server)
{
    private static readonly Party Host = new(Attributes.Pipe);

    private readonly ConcurrentDictionary<JsonToken, McpOperation> _inFlight = new();
    private string? _revision;

    /// <summary>A session with the server has ended.</summary>
    public void Disconnected(TimeSpan duration) => McpTelemetry.ClientSessionEnded(duration, server, _revision);

    /// <summary>The host is gone.</summary>
    public void HostLeft(TimeSpan duration) => McpTelemetry.ServerSessionEnded(duration, Host, _revision);

    /// <summary>A message has come from the host.</summary>
    public void Begin(Message message)
    {
        if (message.Envelope.Kind == MessageKind.Request && McpOperation.Begin(message, Host, revision: _revision) is { } operation)
        {
            _inFlight[message.Id] = operation;
            operation.Send(message, server);
        }
    }

    /// <summary>The span that what is done for a message belongs below; null when there is none.</summary>
    public Activity? SpanOf(JsonToken id) => McpTelemetry.IsOn && !id.IsNone ? _inFlight.GetValueOrDefault(id)?.Client : null;

    /// <summary>A message goes to the host.</summary>
    public void End(Message message)
    {
        if (!McpTelemetry.IsOn || message.Envelope.Kind != MessageKind.Response || !_inFlight.TryRemove(message.Id, out var operation))
        {
            return;
        }

        if (operation.Method == McpMethod.Initialize && JsonText.Read(message[MessageScanner.FindRevision(message.Body)]) is { Length: > 0 } revision)
        {
            _revision = revision;
        }

        operation.End(message);
    }
}
