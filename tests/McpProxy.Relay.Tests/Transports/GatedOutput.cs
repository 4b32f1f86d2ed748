using System.Text;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>Keeps what is written; a write waits while the gate is shut, and fails once the stream is closed or broken.</summary>
internal sealed class GatedOutput : TestStream
{
    private readonly MemoryStream _written = new();
    private TaskCompletionSource _gate = Open();

    /// <summary>How many bytes each write had.</summary>
    public List<int> Writes { get; } = [];

    public bool IsClosed { get; private set; }

    public string Text => Encoding.UTF8.GetString(_written.ToArray());

    public void Shut() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _gate.TrySetResult();

    public void Break()
    {
        var gate = _gate;
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate.SetException(new IOException("Broken pipe"));
        gate.TrySetException(new IOException("Broken pipe"));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        Writes.Add(buffer.Length);
        await _gate.Task.WaitAsync(cancellationToken);
        _written.Write(buffer.Span);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        IsClosed = true;
        _gate.TrySetException(new ObjectDisposedException(nameof(GatedOutput)));
        base.Dispose(disposing);
    }

    private static TaskCompletionSource Open()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }
}
