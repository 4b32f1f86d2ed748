using System.Threading.Tasks.Sources;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>Answers each request before the call that sends it returns, on the same thread. One request at a time; ids are integers.</summary>
internal sealed class EchoTransport(MessagePool pool) : ITransport, IValueTaskSource<Received>
{
    private readonly byte[] _answer = new byte[128];
    private ManualResetValueTaskSourceCore<Received> _next;

    public long QueuedBytes => 0;

    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken)
    {
        var id = message.Outgoing(message.Envelope.Id);
        message.Dispose();
        "{\"jsonrpc\":\"2.0\",\"id\":"u8.CopyTo(_answer);
        var end = 22 + id.Format(_answer.AsSpan(22));
        ",\"result\":{}}"u8.CopyTo(_answer.AsSpan(end));
        _next.SetResult(new Received(MessageReader.Read(pool, _answer.AsSpan(0, end + 13)).Single, ScanFault.None, default, EndReason.None));
        return new ValueTask<bool>(true);
    }

    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken) => new(this, _next.Version);

    public ValueTask DisposeAsync()
    {
        _next.SetResult(new Received(null, ScanFault.None, default, EndReason.Closed));
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
}
