using System.Threading.Tasks.Sources;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>Answers each request before the call that sends it returns, on the same thread. One request at a time.</summary>
internal sealed class EchoTransport(MessagePool pool) : ITransport, IValueTaskSource<Received>
{
    private static readonly byte[] Head = "{\"jsonrpc\":\"2.0\",\"id\":"u8.ToArray();
    private static readonly byte[] Tail = ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"hello, world\"}]}}"u8.ToArray();

    private readonly byte[] _answer = new byte[256];
    private ManualResetValueTaskSourceCore<Received> _next;

    /// <summary>Whether requests get no answer.</summary>
    public bool IsSilent { get; set; }

    public long QueuedBytes => 0;

    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken)
    {
        var id = message.Outgoing(message.Envelope.Id);
        message.Dispose();
        if (!IsSilent)
        {
            Say(new Received(Answer(id), ScanFault.None, default, EndReason.None));
        }

        return new ValueTask<bool>(true);
    }

    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken) => new(this, _next.Version);

    public ValueTask DisposeAsync()
    {
        Say(new Received(null, ScanFault.None, default, EndReason.Closed));
        return ValueTask.CompletedTask;
    }

    Received IValueTaskSource<Received>.GetResult(short token)
    {
        var received = _next.GetResult(token);
        _next.Reset();
        return received;
    }

    ValueTaskSourceStatus IValueTaskSource<Received>.GetStatus(short token) => _next.GetStatus(token);

    void IValueTaskSource<Received>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _next.OnCompleted(continuation, state, token, flags);

    private Message? Answer(JsonToken id)
    {
        Head.CopyTo(_answer, 0);
        var end = Head.Length + id.Format(_answer.AsSpan(Head.Length));
        Tail.CopyTo(_answer, end);
        return MessageReader.Read(pool, _answer.AsSpan(0, end + Tail.Length)).Single;
    }

    private void Say(Received received) => _next.SetResult(received);
}
