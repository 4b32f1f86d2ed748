using System.Text;
using McpProxy.LoadBench.Http;

namespace McpProxy.LoadBench.Sessions;

/// <summary>A session over HTTP+SSE: a stream, and a connection for POSTs.</summary>
internal sealed class HttpSseSession : ILoadSession
{
    private readonly EventStream _events;
    private readonly HttpConnection _posts;
    private readonly string _target;
    private readonly EventStream.Check _isAnswered;
    private readonly EchoCall _call;

    private HttpSseSession(EventStream events, HttpConnection posts, string target)
    {
        _events = events;
        _posts = posts;
        _target = target;
        _call = new EchoCall(message => HttpRequestText.Post(target, message));
        _isAnswered = data => _call.HasId(data) ? _call.IsAnsweredBy(data) : null;
    }

    /// <summary>Opens a session.</summary>
    /// <param name="port">The gateway's port.</param>
    /// <param name="sseTarget">The path of its streams.</param>
    /// <param name="isBlocking">Whether the session waits in system calls.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="isNotified">Whether the gateway can do with a message that is not answered.</param>
    public static async ValueTask<HttpSseSession> OpenAsync(
        int port, string sseTarget, bool isBlocking, CancellationToken cancellationToken, bool isNotified = true)
    {
        var events = await EventStream.OpenAsync(port, HttpRequestText.GetEvents(sseTarget), isBlocking, cancellationToken);
        var posts = new HttpConnection(port, isBlocking);
        await posts.OpenAsync(cancellationToken);
        var session = new HttpSseSession(events, posts, await ReadEndpointAsync(events, cancellationToken));
        await session.PostAsync(HttpRequestText.Post(session._target, Messages.Initialize), cancellationToken);
        await events.WaitAsync(static data => data.IndexOf("\"protocolVersion\""u8) >= 0 ? true : null, cancellationToken);
        if (isNotified)
        {
            await session.PostAsync(HttpRequestText.Post(session._target, Messages.Initialized), cancellationToken);
        }

        return session;
    }

    /// <summary>Closes the connection for POSTs, as a client does that is silent for long.</summary>
    public void ClosePosts() => _posts.Dispose();

    /// <inheritdoc/>
    public ValueTask ReviveAsync(CancellationToken cancellationToken) => _posts.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> CallAsync(CancellationToken cancellationToken)
    {
        await PostAsync(_call.Next(), cancellationToken);
        return await _events.WaitAsync(_isAnswered, cancellationToken);
    }

    /// <summary>The end of the stream is the end of the session.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        _posts.Dispose();
        return _events.DisposeAsync();
    }

    private static async ValueTask<string> ReadEndpointAsync(EventStream events, CancellationToken cancellationToken)
    {
        var endpoint = "";
        await events.WaitAsync(
            data =>
            {
                endpoint = Encoding.UTF8.GetString(data).TrimEnd();
                return true;
            },
            cancellationToken);
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp ? uri.PathAndQuery : endpoint;
    }

    private async ValueTask PostAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var response = await _posts.ExchangeAsync(request, cancellationToken);
        if (response.Status is not (200 or 202))
        {
            throw new BenchException($"A POST was answered with {response.Status}.");
        }
    }
}
