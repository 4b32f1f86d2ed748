using System.IO.Pipelines;
using System.IO.Pipes;
using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public enum Medium
{
    Memory,
    Pipes,
}

/// <summary>A line transport and its peer, joined in memory or by pipes of the operating system.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private Wire((Stream Read, Stream Write) up, (Stream Read, Stream Write) down, int maxMessageBytes, Func<Stream, Stream>? wrap)
    {
        Transport = new LineTransport(wrap?.Invoke(up.Read) ?? up.Read, wrap?.Invoke(down.Write) ?? down.Write, Pool, maxMessageBytes);
        PeerOutput = up.Write;
        PeerInput = new StreamReader(down.Read);
    }

    public MessagePool Pool { get; } = new();

    public LineTransport Transport { get; }

    /// <summary>Where the peer writes what the transport receives.</summary>
    public Stream PeerOutput { get; }

    /// <summary>Where the peer reads what the transport sends.</summary>
    public StreamReader PeerInput { get; }

    public static Wire Open(Medium medium, int maxMessageBytes = 4 * 1024 * 1024, Func<Stream, Stream>? wrap = null) => medium == Medium.Memory
        ? new Wire(MemoryPipe(), MemoryPipe(), maxMessageBytes, wrap)
        : new Wire(SystemPipe(), SystemPipe(), maxMessageBytes, wrap);

    public ValueTask PeerWritesAsync(string text, CancellationToken cancellationToken) =>
        PeerOutput.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    public Message Message(string json) => MessageReader.Read(Pool, Encoding.UTF8.GetBytes(json)).Single!;

    /// <summary>A notification of about that many bytes.</summary>
    public Message Message(int bytes) => Message(Json(bytes));

    public static string Json(int bytes) => """{"jsonrpc":"2.0","method":"M"}""".Replace("M", new string('m', Math.Max(1, bytes - 29)));

    /// <summary>Closes both sides; no buffer may be out then.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        await Eventually.TrueAsync(() => Pool.Outstanding == 0, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        PeerInput.Dispose();
        await PeerOutput.DisposeAsync();
    }

    private static (Stream Read, Stream Write) MemoryPipe()
    {
        var pipe = new Pipe(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));
        return (pipe.Reader.AsStream(), pipe.Writer.AsStream());
    }

    private static (Stream Read, Stream Write) SystemPipe()
    {
        var write = new AnonymousPipeServerStream(PipeDirection.Out);
        return (new AnonymousPipeClientStream(PipeDirection.In, write.ClientSafePipeHandle), write);
    }
}
