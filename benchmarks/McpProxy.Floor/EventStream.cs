using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace McpProxy.Floor;

/// <summary>A stream of server-sent events: each line is one.</summary>
internal sealed class EventStream(HttpResponse response) : ILineReceiver
{
    /// <summary>Sends the line as an event.</summary>
    public void Receive(ReadOnlySpan<byte> line)
    {
        response.BodyWriter.Write("event: message\ndata: "u8);
        response.BodyWriter.Write(line);
        response.BodyWriter.Write("\n\n"u8);
        var flush = response.BodyWriter.FlushAsync(CancellationToken.None);
        _ = flush.IsCompleted ? flush.GetAwaiter().GetResult() : flush.AsTask().GetAwaiter().GetResult();
    }
}
