using System.Net;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Relay.Remote;

/// <summary>
/// The stream for what a server sends on its own (2025-11-25, transports, listening for messages from the server): kept open, opened
/// again where it broke off.
/// </summary>
internal sealed class OwnStream(
    RemoteContext context,
    Func<string?, CancellationToken, Task<HttpResponseMessage>> open,
    Func<HttpResponseMessage, RemoteEvents, CancellationToken, Task> read)
{
    /// <summary>A stream that ends sooner without an event counts as a failure.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(5);

    private int _started;

    /// <summary>Opens the stream, the first time that it is called.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            // Discarded: it catches what can happen, and ends with the session.
            _ = Detached.Start(KeepOpenAsync);
        }
    }

    private async Task KeepOpenAsync()
    {
        var events = NewEvents();
        var delay = new RetryDelay(context.Time);
        var wasOpen = false;
        try
        {
            while (true)
            {
                var since = context.Time.GetTimestamp();
                var lastEventId = events.LastEventId;
                switch (await TryReadAsync(events))
                {
                    case null or (>= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented) or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests:
                        break;
                    case HttpStatusCode.OK:
                        wasOpen = true;
                        break;
                    case HttpStatusCode.NotFound when wasOpen:
                        context.End(RemoteFault.SessionLost);
                        return;
                    case HttpStatusCode.BadRequest when events.LastEventId is not null:
                        events = NewEvents(); // What was missed is gone; what is to come is not.
                        break;
                    case { } status:
                        // 405 says that there is none; a server that has no route for it says 404.
                        context.Logger.NoOwnStream((int)status);
                        return;
                }

                delay.Note(isProgress: events.LastEventId != lastEventId || context.Time.GetElapsedTime(since) > Healthy);
                var wait = delay.Next(events.RetryDelay);
                context.Logger.StreamClosed(wait.TotalSeconds);
                await Task.Delay(wait, context.Time, context.Stopping);
            }
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            // The session has ended.
        }
        catch (Exception e)
        {
            context.Logger.Defect(e);
        }
    }

    private RemoteEvents NewEvents() => new(context.Pool, context.Options.MaxMessageBytes);

    /// <returns>The status; null when there was none.</returns>
    private async Task<HttpStatusCode?> TryReadAsync(RemoteEvents events)
    {
        HttpStatusCode? status = null;
        try
        {
            using var response = await open(events.LastEventId, context.Stopping);
            status = response.StatusCode;
            if (!response.IsSuccessStatusCode)
            {
                return status;
            }

            if (!RemoteWire.IsEventStream(response))
            {
                return HttpStatusCode.MethodNotAllowed;
            }

            await read(response, events, context.Stopping);
            return HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or RemoteException
            || (e is OperationCanceledException && !context.Stopping.IsCancellationRequested)) // The HTTP client's own time limits.
        {
            context.Logger.Details(e);
            return status;
        }
    }
}
