using System.Buffers;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Http;

namespace McpProxy.Floor;

/// <summary>A POST that waits for its line.</summary>
internal sealed class LineExchange(HttpResponse response) : ILineReceiver, IValueTaskSource
{
    // The response is sent by the thread that read the line: cheaper than waking another one, most of all with one session.
    private ManualResetValueTaskSourceCore<bool> _source;

    public ValueTask Answered => new(this, _source.Version);

    /// <summary>Makes the line the answer.</summary>
    public void Receive(ReadOnlySpan<byte> line)
    {
        response.ContentType = "application/json";
        response.ContentLength = line.Length;
        response.BodyWriter.Write(line);
        _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
