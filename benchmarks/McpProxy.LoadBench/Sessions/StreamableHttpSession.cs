using McpProxy.LoadBench.Http;

namespace McpProxy.LoadBench.Sessions;

/// <summary>A session over Streamable HTTP, on one connection.</summary>
internal sealed class StreamableHttpSession : ILoadSession
{
    private readonly HttpConnection _connection;
    private readonly string _target;
    private readonly string? _sessionId;
    private readonly EchoCall _call;

    private StreamableHttpSession(HttpConnection connection, string target, string? sessionId)
    {
        _connection = connection;
        _target = target;
        _sessionId = sessionId;
        _call = new EchoCall(message => HttpRequestText.Post(target, message, sessionId));
    }

    /// <summary>Opens a session. A subject that names no session has none, and is told no more.</summary>
    public static async ValueTask<StreamableHttpSession> OpenAsync(
        int port, string target, bool isBlocking, CancellationToken cancellationToken)
    {
        var connection = new HttpConnection(port, isBlocking);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return await OpenAsync(connection, target, cancellationToken);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a session on a connection that is open.</summary>
    public static async ValueTask<StreamableHttpSession> OpenAsync(
        HttpConnection connection, string target, CancellationToken cancellationToken)
    {
        var response = await connection.ExchangeAsync(HttpRequestText.Post(target, Messages.Initialize), cancellationToken);
        var sessionId = response.Status == 200 && response.Body.IndexOf("\"protocolVersion\""u8) >= 0
            ? response.SessionId
            : throw new BenchException($"initialize was answered with {response.Status}");
        var session = new StreamableHttpSession(connection, target, sessionId);
        if (sessionId is not null)
        {
            await connection.ExchangeAsync(HttpRequestText.Post(target, Messages.Initialized, sessionId), cancellationToken);
        }

        return session;
    }

    /// <inheritdoc/>
    public ValueTask ReviveAsync(CancellationToken cancellationToken) => _connection.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> CallAsync(CancellationToken cancellationToken)
    {
        var response = await _connection.ExchangeAsync(_call.Next(), cancellationToken);
        return response.Status == 200 && _call.IsAnsweredBy(response.Body);
    }

    /// <summary>Calls whatever tool.</summary>
    public ValueTask<ResponseParser> CallAsync(string message, CancellationToken cancellationToken) =>
        _connection.ExchangeAsync(HttpRequestText.Post(_target, message, _sessionId), cancellationToken);

    /// <summary>Opens the session's GET stream, on a connection of its own.</summary>
    public ValueTask<EventStream> OpenStreamAsync(int port, CancellationToken cancellationToken) =>
        EventStream.OpenAsync(port, HttpRequestText.GetEvents(_target, _sessionId), isBlocking: false, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_sessionId is not null)
        {
            await _connection.ExchangeAsync(HttpRequestText.Delete(_target, _sessionId), cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
