namespace McpProxy.LoadBench.Http;

/// <summary>A stream of server-sent events that stays open.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpConnection _connection;

    private EventStream(HttpConnection connection) => _connection = connection;

    /// <summary>Looks at the data of an event.</summary>
    /// <returns>Whether it is right; null if another one is awaited.</returns>
    public delegate bool? Check(ReadOnlySpan<byte> data);

    /// <summary>Opens it, and waits for its head.</summary>
    public static async ValueTask<EventStream> OpenAsync(
        int port, ReadOnlyMemory<byte> request, bool isBlocking, CancellationToken cancellationToken)
    {
        var connection = new HttpConnection(port, isBlocking);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await connection.SendAsync(request, cancellationToken);
            while (!connection.Response.IsHeadRead)
            {
                await connection.ReceiveAsync(cancellationToken);
            }

            return connection.Response.Status == 200
                ? new EventStream(connection)
                : throw new BenchException($"A stream was answered with {connection.Response.Status}.");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the event of which the check says that it is the awaited one.</summary>
    /// <returns>What the check says of its data.</returns>
    public async ValueTask<bool> WaitAsync(Check check, CancellationToken cancellationToken)
    {
        var response = _connection.Response;
        while (true)
        {
            var end = EndOfEvent(response.Body);
            if (end < 0)
            {
                await _connection.ReceiveAsync(cancellationToken);
                continue;
            }

            var start = response.Body[..end].IndexOf("data:"u8);
            var isRight = start < 0 ? null : check(response.Body[(start + "data:".Length)..end].TrimStart((byte)' '));
            response.Consume(end);
            if (isRight is { } answer)
            {
                return answer;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    // Behind the empty line, however the subject ends its lines.
    private static int EndOfEvent(ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf("\n\n"u8);
        if (end >= 0)
        {
            return end + 2;
        }

        end = body.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }
}
