using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace McpProxy.Floor;

/// <summary>What HTTP+SSE does with a call, and no more: 202 for the POST, and an event on the stream of the GET.</summary>
internal sealed class SseEndpoint(LinePipe pipe)
{
    private readonly ConcurrentDictionary<string, EventStream> _streams = new();
    private int _lastStream;

    /// <summary>Opens a stream, which says where its POSTs go.</summary>
    public async Task OpenAsync(HttpContext context)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"?{Interlocked.Increment(ref _lastStream)}");
        _streams[query] = new EventStream(context.Response);
        context.Response.ContentType = "text/event-stream";
        context.Response.BodyWriter.Write(Encoding.ASCII.GetBytes($"event: endpoint\ndata: /messages{query}\n\n"));
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        var closed = new TaskCompletionSource();
        await using (context.RequestAborted.Register(closed.SetResult))
        {
            await closed.Task;
        }

        _streams.TryRemove(query, out _);
    }

    /// <summary>Writes the body to the child as a line; the line that comes back is an event.</summary>
    public async Task PostAsync(HttpContext context)
    {
        var body = await PostEndpoint.ReadAsync(context.Request.BodyReader);
        pipe.Send(body, _streams[context.Request.QueryString.Value!]);
        context.Request.BodyReader.AdvanceTo(body.End);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
