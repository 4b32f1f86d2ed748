namespace McpProxy.Soak.Clients;

/// <summary>Reads server-sent events.</summary>
internal sealed class EventReader(Stream body) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly StreamReader _reader = new(body, bufferSize: BufferBytes);

    /// <summary>The id of the last event that had one.</summary>
    public string? LastId { get; private set; }

    /// <summary>The type and the data of the next event that has data, or null at the end.</summary>
    public async Task<(string Type, string Data)?> ReadAsync(CancellationToken cancellationToken)
    {
        var (id, type, data) = ((string?)null, "message", "");
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                type = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
            else if (line.Length == 0)
            {
                LastId = id ?? LastId;
                if (data.Length > 0)
                {
                    return (type, data);
                }

                (id, type) = (null, "message");
            }
        }

        return null;
    }

    public void Dispose() => _reader.Dispose();
}
