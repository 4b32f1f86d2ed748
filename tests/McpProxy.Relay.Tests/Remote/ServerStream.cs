using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using McpProxy.Relay.Tests.Transports;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>A response of a scripted server that is written bit by bit, as server-sent events unless told otherwise.</summary>
internal sealed class ServerStream
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Exception? _error;

    public ServerStream(string contentType = "text/event-stream")
    {
        Response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Body(this)) };
        Response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
    }

    public HttpResponseMessage Response { get; }

    /// <summary>Done when the client has closed it.</summary>
    public Task Closed => _closed.Task;

    public ServerStream Event(string data, string? id = null) => Write($"{(id is null ? "" : $"id: {id}\n")}data: {data}\n\n");

    public ServerStream Write(string text)
    {
        _pipe.Writer.AsStream().Write(Encoding.UTF8.GetBytes(text)); // Does not wait: it has room without end.
        return this;
    }

    /// <summary>Ends it, properly or with an error that the client meets after what was written.</summary>
    public ServerStream End(Exception? error = null)
    {
        _error = error;
        _pipe.Writer.Complete();
        return this;
    }

    private sealed class Body(ServerStream owner) : TestStream
    {
        private readonly Stream _stream = owner._pipe.Reader.AsStream();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await _stream.ReadAsync(buffer, cancellationToken);
            return read == 0 && owner._error is { } error ? throw error : read;
        }

        protected override void Dispose(bool disposing)
        {
            owner._pipe.Reader.CancelPendingRead();
            owner._closed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
