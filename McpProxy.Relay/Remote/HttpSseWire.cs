using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>HTTP+SSE as a client (2024-11-05, basic/transports): one stream down for everything, a POST up for each message.</summary>
internal sealed class HttpSseWire(RemoteContext context) : RemoteWire(context)
{
    private readonly TaskCompletionSource<Uri> _endpoint = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Opens the stream, and waits for the address that messages go to.</summary>
    public async Task ConnectAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Context.Stopping);
        patience.CancelAfter(Context.Options.ConnectTimeout);
        using var request = Get(Context.Options.Endpoint);
        var response = await Context.Http.SendAsync(request, patience.Token);
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

        // Discarded: it catches what can happen, and ends with the session.
        _ = ReadAsync(response);
        await _endpoint.Task.WaitAsync(patience.Token);
    }

    /// <inheritdoc/>
    public override async Task CallAsync(RemoteCall call)
    {
        await _endpoint.Task.WaitAsync(call.Token);
        using var request = Post(await _endpoint.Task, call.Request);
        using var response = await Context.Http.SendAsync(request, call.Token);
        if (response.IsSuccessStatusCode)
        {
            response.Dispose(); // It says "Accepted"; the answer comes on the stream.
            await call.Done.WaitAsync(call.Token);
        }
        else if (response.StatusCode == System.Net.HttpStatusCode.NotFound && !call.IsRetry && Context.Calls.TryRemove(call))
        {
            Context.KeepUnsent(call.Keep()); // The server does not know the session.
            call.Complete();
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
    public override async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        using var owned = message;
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled)
            && Context.Calls.Find(message.Outgoing(message.Envelope.Subject)) is { } call)
        {
            message.Replace(message.Envelope.Subject, call.WireId);
            call.IsCancelled = true;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Context.Stopping, cancellationToken);
        patience.CancelAfter(Context.Options.ConnectTimeout);
        using var request = Post(await _endpoint.Task.WaitAsync(patience.Token), message);
        using var response = await Context.Http.SendAsync(request, patience.Token);
        if (!response.IsSuccessStatusCode)
        {
            Context.Logger.NotDelivered(message.Envelope.Kind.ToString(), RemoteFault.OfStatus(response.StatusCode).Text);
        }
    }

    /// <inheritdoc/>
    public override Task CloseAsync() => Task.CompletedTask; // Closing the stream ends the session.

    private async Task ReadAsync(HttpResponseMessage response)
    {
        RemoteFault fault = RemoteFault.ConnectionLost;
        try
        {
            using var owned = response;
            await using var stream = await OpenAsync(response, () => Context.Calls.Count == 0, Context.Stopping);
            await foreach (var item in new RemoteEvents(Context.Pool).ReadAsync(stream, Context.Stopping))
            {
                if (item.Endpoint is { } endpoint)
                {
                    SetEndpoint(endpoint);
                }

                await DeliverAsync(item.Parsed);
                await AnswerBrokenAsync(item.Parsed);
            }
        }
        catch (RemoteException e)
        {
            fault = e.Fault;
        }
        catch (OperationCanceledException) when (Context.Stopping.IsCancellationRequested)
        {
            // The session has ended.
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            Context.Logger.Details(e);
        }
        catch (Exception e)
        {
            Context.Logger.Defect(e);
        }

        _endpoint.TrySetException(new RemoteException(fault));
        _ = _endpoint.Task.Exception; // Observed: nobody may be waiting.
        Context.End(fault, atOnce: true);
    }

    /// <summary>What is no message may have been meant as an answer that somebody waits for.</summary>
    private async ValueTask AnswerBrokenAsync(Parsed parsed)
    {
        if (parsed.Fault == ScanFault.None)
        {
            return;
        }

        Context.Logger.NotAMessage(parsed.Fault.Describe());
        if (parsed.IsAnswer && Context.Calls.FindByWireId(parsed.Id) is { } call)
        {
            await Context.FailAsync(call, RemoteFault.NoMessage);
        }
    }

    private void SetEndpoint(string text)
    {
        // Elsewhere it could be made to send what it says, and its credentials, to somebody else.
        if (!Uri.TryCreate(Context.Options.Endpoint, text, out var endpoint)
            || Uri.Compare(endpoint, Context.Options.Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw new RemoteException(RemoteFault.ForeignEndpoint);
        }

        _endpoint.TrySetResult(endpoint);
    }
}
