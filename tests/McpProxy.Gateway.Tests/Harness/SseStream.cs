using System.Text;
using System.Text.Json;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>An open stream of server-sent events, read one by one.</summary>
internal sealed class SseStream(HttpResponseMessage response, Stream body) : IDisposable
{
    private readonly StreamReader _reader = new(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));

    public HttpResponseMessage Response => response;

    /// <summary>The id of the last event that had one: what a client sends as <c>Last-Event-ID</c>.</summary>
    public string? LastEventId { get; private set; }

    /// <summary>The next event or comment, or null at the end of the stream.</summary>
    public async Task<SseEvent?> ReadEventAsync()
    {
        using var deadline = Wait.Deadline();
        return await ReadNextAsync(deadline.Token);
    }

    private async Task<SseEvent?> ReadNextAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                lines.Add(line);
            }
            else if (lines.Count > 0)
            {
                var next = SseEvent.Parse(lines);
                LastEventId = next.Id ?? LastEventId;
                return next;
            }
        }

        return null;
    }

    /// <summary>The next message, or null at the end of the stream.</summary>
    public async Task<JsonElement?> TryReadAsync()
    {
        using var deadline = Wait.Deadline(); // Comments do not make it longer: they come for ever.
        while (await ReadNextAsync(deadline.Token) is { } next)
        {
            if (next.IsMessage)
            {
                return next.Message;
            }
        }

        return null;
    }

    /// <summary>The next message, which must come.</summary>
    public async Task<JsonElement> ReadAsync() => await TryReadAsync() ?? throw new EndOfStreamException("The stream ended before the message.");

    /// <summary>Reads on to the message of this method.</summary>
    public Task<JsonElement> ReadAsync(string method) => ReadAsync(message => message.Method() == method);

    /// <summary>Reads on to the response.</summary>
    public Task<JsonElement> ReadResponseAsync() => ReadAsync(message => message.IsResponse());

    /// <summary>Reads on to the message that is meant.</summary>
    public async Task<JsonElement> ReadAsync(Func<JsonElement, bool> isMeant) => (await ReadToAsync(isMeant))[^1];

    /// <summary>Reads up to the message that is meant, and returns all of them.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadToAsync(Func<JsonElement, bool> isMeant)
    {
        var messages = new List<JsonElement>();
        do
        {
            messages.Add(await ReadAsync());
        }
        while (!isMeant(messages[^1]));

        return messages;
    }

    /// <summary>The messages up to the end of the stream.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadToEndAsync()
    {
        var messages = new List<JsonElement>();
        while (await TryReadAsync() is { } message)
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>Waits until the connection is cut before the stream has ended.</summary>
    public async Task ReadUntilCutAsync()
    {
        // .NET tells a reset as IOException, and a body without its end as HttpIOException, which is one.
        await Assert.ThrowsAnyAsync<IOException>(ReadToEndAsync);
    }

    /// <summary>Drops the connection.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        response.Dispose();
    }
}
