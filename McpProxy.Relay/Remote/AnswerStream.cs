using System.Net;
using System.Net.Sockets;

namespace McpProxy.Relay.Remote;

/// <summary>
/// The stream on which a request is answered, resumed where it broke off, if the server lets us (2025-11-25, transports, resumability and
/// redelivery).
/// </summary>
internal sealed class AnswerStream(
    RemoteContext context,
    Func<string?, CancellationToken, Task<HttpResponseMessage>> open,
    Func<HttpResponseMessage, RemoteEvents, CancellationToken, Task> read)
{
    /// <summary>Reads a response's events until the answer has come.</summary>
    public async Task ReadAsync(HttpResponseMessage response, RemoteCall call)
    {
        var events = new RemoteEvents(context.Pool, context.Options.MaxMessageBytes);
        var delay = new RetryDelay(context.Time);
        var isWhole = await TryReadAsync(response, events, call);
        while (!call.IsAnswered)
        {
            if (events.LastEventId is not { } lastEventId || call.IsModern || call.IsCancelled || delay.IsExhausted)
            {
                throw new RemoteException(isWhole ? RemoteFault.NoAnswer : RemoteFault.ConnectionLost);
            }

            await delay.WaitAsync(events.RetryDelay, call.Token);
            isWhole = await TryResumeAsync(events, lastEventId, call);

            // A server that closes streams so as not to hold them, and says when to come back, may do so as long as a tool runs.
            delay.Note(isProgress: events.LastEventId != lastEventId || (isWhole && events.RetryDelay is not null));
        }
    }

    private async Task<bool> TryResumeAsync(RemoteEvents events, string lastEventId, RemoteCall call)
    {
        try
        {
            using var response = await open(lastEventId, call.Token);
            if (response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "text/event-stream")
            {
                context.Logger.Resumed(lastEventId);
                return await TryReadAsync(response, events, call);
            }

            // A conflict is the connection that broke off, and that the server has not missed yet.
            return response.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests
                ? false
                : throw new RemoteException(response.StatusCode == HttpStatusCode.NotFound ? RemoteFault.SessionLost : RemoteFault.ConnectionLost);
        }
        catch (HttpRequestException e) when (e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            // The network is there and the server is not: what it was doing went with it, and who waits should know.
            throw new RemoteException(RemoteFault.ConnectionLost, e);
        }
        catch (HttpRequestException e)
        {
            context.Logger.Details(e);
            return false;
        }
    }

    /// <returns>Whether the stream came to its proper end.</returns>
    private async Task<bool> TryReadAsync(HttpResponseMessage response, RemoteEvents events, RemoteCall call)
    {
        try
        {
            await read(response, events, call.Token);
            return true;
        }
        catch (Exception e) when (e is IOException or HttpRequestException || (e is OperationCanceledException && call.IsAnswered))
        {
            context.Logger.Details(e);
            return false;
        }
    }
}
