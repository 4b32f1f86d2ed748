using System.Buffers;
using System.Net;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>One of the two HTTP transports, as a client: how a message goes up, and how answers come down.</summary>
internal abstract class RemoteWire(RemoteContext context)
{
    /// <summary>How long the answer to a cancelled request is still waited for: a server that obeys sends none.</summary>
    protected static readonly TimeSpan AfterCancel = TimeSpan.FromSeconds(5);

    private const string Json = "application/json";
    private const string EventStream = "text/event-stream";

    /// <summary>What both wires work with.</summary>
    protected RemoteContext Context => context;

    /// <summary>Sends a request, and returns when it was answered or given up.</summary>
    public abstract Task CallAsync(RemoteCall call);

    /// <summary>Sends a notification or a response.</summary>
    /// <param name="message">The message; the wire disposes it, or keeps it to be sent again.</param>
    /// <param name="isRetry">Whether it was sent before, in a session that the server had forgotten.</param>
    public abstract Task SendAsync(Message message, bool isRetry);

    /// <summary>Says goodbye to the server, if the transport has a word for it.</summary>
    public abstract Task CloseAsync();

    /// <summary>A POST of a message.</summary>
    protected HttpRequestMessage Post(Uri endpoint, Message message, Action? written = null)
    {
        var request = Create(HttpMethod.Post, endpoint);
        request.Headers.TryAddWithoutValidation("Accept", $"{Json}, {EventStream}");
        request.Content = new MessageContent(message) { Written = written };
        return request;
    }

    /// <summary>A GET that opens a stream of events.</summary>
    protected HttpRequestMessage Get(Uri endpoint)
    {
        var request = Create(HttpMethod.Get, endpoint);
        request.Headers.TryAddWithoutValidation("Accept", EventStream);
        return request;
    }

    /// <summary>A request with the configured headers.</summary>
    protected HttpRequestMessage Create(HttpMethod method, Uri endpoint)
    {
        var request = new HttpRequestMessage(method, endpoint)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        foreach (var (name, value) in context.Options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Whether a response is a stream of events.</summary>
    internal static bool IsEventStream(HttpResponseMessage response) => HasType(response, EventStream);

    /// <summary>Whether a response is JSON.</summary>
    protected static bool IsJson(HttpResponseMessage response) => HasType(response, Json);

    /// <summary>How long a message that is not waited for may take to be accepted.</summary>
    protected Deadline Patience() => new(context.Options.ConnectTimeout, context.Time, context.Stopping);

    /// <summary>Opens a response's stream; it may be silent for long only while nobody waits on it.</summary>
    protected async Task<WatchedStream> OpenAsync(HttpResponseMessage response, Func<bool> mayBeIdle, CancellationToken cancellationToken) => new(
        await response.Content.ReadAsStreamAsync(cancellationToken), context.Options.MaxMessageBytes, context.Options.IdleTimeout, mayBeIdle, context.Time);

    /// <summary>Reads a body that holds one message or a batch, and passes it on.</summary>
    protected async Task ReadJsonAsync(HttpResponseMessage response, RemoteCall call)
    {
        var parsed = await ParseAsync(response, context.Options.MaxMessageBytes, call.Token);
        if (parsed.Single is { Envelope: { Kind: MessageKind.Response, IsError: true, Id.IsEmpty: true } } error)
        {
            using var owned = error;
            parsed = parsed with { Single = Adopt(error, call.WireId) };
        }

        await DeliverAsync(parsed);
        if (!call.IsAnswered)
        {
            throw new RemoteException(parsed.Fault == ScanFault.None ? RemoteFault.NoAnswer : RemoteFault.NoMessage);
        }
    }

    /// <summary>Passes on what was read. What is no message may have been meant as an answer that somebody waits for.</summary>
    protected async ValueTask DeliverAsync(Parsed parsed)
    {
        if (parsed.Single is { } message)
        {
            await context.DeliverAsync(message);
        }

        foreach (var item in parsed.Batch ?? [])
        {
            await context.DeliverAsync(item);
        }

        if (parsed.Fault == ScanFault.None)
        {
            return;
        }

        context.Logger.NotAMessage(parsed.Fault.Describe());
        if (parsed.IsAnswer && context.Calls.FindByWireId(parsed.Id) is { } call)
        {
            await context.FailAsync(call, RemoteFault.NoMessage);
        }
    }

    /// <summary>The JSON-RPC error in the body of an HTTP error, as the answer to a request; null when there is none.</summary>
    protected async Task<Message?> ReadErrorAsync(HttpResponseMessage response, RemoteCall call)
    {
        if (!IsJson(response))
        {
            return null;
        }

        Parsed parsed;
        try
        {
            parsed = await ParseAsync(response, context.Options.MaxMessageBytes, call.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or RemoteException or InvalidOperationException)
        {
            return null; // The last one: it was too long to be looked at for another reason, and cannot be read twice.
        }

        if (parsed.Single is not { Envelope: { Kind: MessageKind.Response, IsError: true } } error)
        {
            parsed.Discard();
            return null;
        }

        if (error.Id == call.WireId)
        {
            return error;
        }

        // Written before the request's id was known, or with an id that means nothing: it answers the only request of this POST.
        using (error)
        {
            return Adopt(error, call.WireId);
        }
    }

    private static bool HasType(HttpResponseMessage response, string type) =>
        string.Equals(response.Content.Headers.ContentType?.MediaType, type, StringComparison.OrdinalIgnoreCase);

    private Message? Adopt(Message error, JsonToken id)
    {
        using var json = JsonDocument.Parse(error.Body.ToArray(), new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        buffer.Write(id.ToArray());
        buffer.Write(",\"error\":"u8);
        buffer.Write(System.Text.Encoding.UTF8.GetBytes(json.RootElement.GetProperty("error").GetRawText()));
        buffer.Write("}"u8);
        return MessageReader.Read(context.Pool, buffer.WrittenSpan).Single;
    }

    private async Task<Parsed> ParseAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > maxBytes)
        {
            throw new RemoteException(RemoteFault.TooLarge);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = context.Pool.Rent((int)Math.Max(response.Content.Headers.ContentLength ?? 0, 4096) + 1);
        var length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > maxBytes)
                {
                    throw new RemoteException(RemoteFault.TooLarge);
                }

                buffer = length < buffer.Length ? buffer : Grow(buffer, length);
            }
        }
        catch (Exception e) when (UndecodableBody.Is(e))
        {
            context.Pool.Return(buffer);
            throw new IOException(UndecodableBody.Text, e);
        }
        catch
        {
            context.Pool.Return(buffer);
            throw;
        }

        return MessageReader.Read(context.Pool, buffer, length);
    }

    private byte[] Grow(byte[] buffer, int length)
    {
        var larger = context.Pool.Rent(length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        context.Pool.Return(buffer);
        return larger;
    }
}
