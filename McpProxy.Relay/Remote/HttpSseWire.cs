using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Relay.Remote;

/// <summary>HTTP+SSE as a client (2024-11-05, basic/transports): one stream down for everything, a POST up for each message.</summary>
internal sealed class HttpSseWire(RemoteContext context) : RemoteWire(context)
{
    private readonly TaskCompletionSource<Uri> _endpoint = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Uri _address = context.Options.Endpoint;

    /// <summary>Opens the stream, and waits for the address that messages go to.</summary>
    /// <param name="call">The request that waits for it.</param>
    public async Task ConnectAsync(RemoteCall call)
    {
        using var patience = Patience();
        using var request = Get(Context.Options.Endpoint);
        request.Options.Set(RemoteHttp.MoreTime, time =>
        {
            patience.Set(time);
            call.AllowHandshake(time);
        });
        var response = await Context.Http.SendAsync(request, patience.Token);
        _address = request.RequestUri!; // It may have been redirected.
        try
        {
            if (!response.IsSuccessStatusCode || !IsEventStream(response))
            {
                throw new RemoteException(response.IsSuccessStatusCode ? RemoteFault.NotMcp : RemoteFault.OfStatus(response.StatusCode));
            }
        }
        catch
        {
            response.Dispose();
            throw;
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(Context.Stopping);
        // Discarded: it catches what can happen, and ends with the session.
        _ = Detached.Start(() => ReadAsync(response, stop.Token));
        try
        {
            await _endpoint.Task.WaitAsync(patience.Token);
        }
        catch when (!_endpoint.Task.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task CallAsync(RemoteCall call)
    {
        await _endpoint.Task.WaitAsync(call.Token);
        using var request = Post(await _endpoint.Task, call.Request, call.NoteSent);
        request.Options.Set(RemoteHttp.MoreTime, call.AllowHandshake);
        using var response = await Context.Http.SendAsync(request, call.Token);
        if (response.IsSuccessStatusCode)
        {
            response.Dispose(); // It says "Accepted"; the answer comes on the stream.
            await call.Done.WaitAsync(call.Token);
        }
        else if (response.StatusCode == System.Net.HttpStatusCode.NotFound && !call.IsRetry && !call.IsCancelled && TryKeepUnsent(request, call))
        {
            // The server does not know the session.
            Context.End(RemoteFault.SessionLost, atOnce: true);
        }
        else if (await ReadErrorAsync(response, call) is { } error)
        {
            await Context.DeliverAsync(error);
        }
        else
        {
            throw new RemoteException(RemoteFault.OfStatus(response.StatusCode));
        }
    }

    /// <inheritdoc/>
    public override async Task SendAsync(Message message, bool isRetry)
    {
        using var owned = message;
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled)
            && Context.Calls.Find(message.Outgoing(message.Envelope.Subject)) is { } call)
        {
            message.Replace(message.Envelope.Subject, call.WireId);
            call.IsCancelled = true;
            call.StopAfter(AfterCancel);
            await call.Sent; // On another connection it could overtake the request, and cancel nothing.
        }

        using var patience = Patience();
        using var request = Post(await _endpoint.Task.WaitAsync(patience.Token), message);
        using var response = await Context.Http.SendAsync(request, patience.Token);
        if (!response.IsSuccessStatusCode)
        {
            Context.Logger.NotDelivered(message.Envelope.Kind.ToString(), RemoteFault.OfStatus(response.StatusCode).Text);
        }
    }

    /// <inheritdoc/>
    public override Task CloseAsync() => Task.CompletedTask; // Closing the stream ends the session.

    private async Task ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        RemoteFault fault = RemoteFault.ConnectionLost;
        try
        {
            using var owned = response;
            await using var stream = await OpenAsync(response, () => Context.Calls.Count == 0, cancellationToken);
            var events = new RemoteEvents(Context.Pool, Context.Options.MaxMessageBytes);
            await foreach (var item in events.ReadAsync(stream, cancellationToken))
            {
                if (item.Endpoint is { } endpoint)
                {
                    SetEndpoint(endpoint);
                }

                await DeliverAsync(item.Parsed);
            }
        }
        catch (RemoteException e)
        {
            fault = e.Fault;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The session has ended, or nobody waits for it any more.
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            Context.Logger.Details(e);
        }
        catch (Exception e)
        {
            Context.Logger.Defect(e);
        }

        if (_endpoint.TrySetException(new RemoteException(fault)))
        {
            _ = _endpoint.Task.Exception; // Observed: nobody may be waiting.
        }
        else
        {
            Context.End(fault, atOnce: true);
        }
    }

    private bool TryKeepUnsent(HttpRequestMessage request, RemoteCall call)
    {
        request.Dispose(); // It may still be on its way, and the message is about to be another's.
        return Context.TryKeepUnsent(call);
    }

    private void SetEndpoint(string text)
    {
        // Elsewhere it could be made to send what it says, and its credentials, to somebody else.
        if (!Uri.TryCreate(_address, text, out var endpoint)
            || Uri.Compare(endpoint, _address, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw new RemoteException(RemoteFault.ForeignEndpoint);
        }

        _endpoint.TrySetResult(endpoint);
    }
}
