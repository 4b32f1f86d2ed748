namespace McpProxy.Relay.Remote;

/// <summary>
/// Finds out which transport a server speaks by sending it the first request (2025-11-25, transports, backwards compatibility). The others wait
/// until that is known.
/// </summary>
/// <param name="context">What wires work with.</param>
/// <param name="finding">One at a time; its creator's.</param>
internal sealed class RemoteFinder(RemoteContext context, SemaphoreSlim finding)
{
    private RemoteWire? _wire = context.Options.Kind == RemoteKind.StreamableHttp ? new StreamableHttpWire(context) : null;

    /// <summary>What the server speaks, or null.</summary>
    public RemoteWire? Wire => Volatile.Read(ref _wire);

    /// <summary>The transport's name, or null.</summary>
    public RemoteKind? Kind => Wire switch
    {
        StreamableHttpWire => RemoteKind.StreamableHttp,
        HttpSseWire => RemoteKind.HttpSse,
        _ => null,
    };

    /// <summary>Sends a request, and returns when it was answered or given up.</summary>
    public Task CallAsync(RemoteCall call) => Wire is { } known ? known.CallAsync(call) : FindAsync(call);

    private async Task FindAsync(RemoteCall call)
    {
        using var turn = await FindingTurn.TakeAsync(finding, call.Token);
        if (Wire is { } found)
        {
            turn.Dispose();
            await found.CallAsync(call);
            return;
        }

        await FindWithAsync(call, turn);
    }

    /// <summary>The wire for what is no request: it does not find out anything.</summary>
    public async ValueTask<RemoteWire> WaitAsync()
    {
        using var turn = Wire is null ? await FindingTurn.TakeAsync(finding, context.Stopping) : null;
        return Wire ?? throw new RemoteException(RemoteFault.Unreachable);
    }

    private async Task FindWithAsync(RemoteCall call, FindingTurn turn)
    {
        if (context.Options.Kind == RemoteKind.Auto)
        {
            var streamable = new StreamableHttpWire(context);
            streamable.Found = () =>
            {
                streamable.Found = null;
                Use(streamable, turn);
            };
            try
            {
                await streamable.CallAsync(call);
                return;
            }
            catch (RemoteException e) when (e.MayBeOtherTransport)
            {
                context.Logger.Details(e);
                await FindSseAsync(call, turn, e);
            }
        }
        else
        {
            await FindSseAsync(call, turn, null);
        }

        await Wire!.CallAsync(call);
    }

    private async Task FindSseAsync(RemoteCall call, FindingTurn turn, RemoteException? refusal)
    {
        var sse = new HttpSseWire(context);
        try
        {
            await sse.ConnectAsync(call);
        }
        catch (Exception e) when (refusal is not null && e is RemoteException or HttpRequestException or IOException)
        {
            // It speaks neither: what it said first tells more.
            context.Logger.Details(e);
            throw refusal!;
        }

        Use(sse, turn);
    }

    private void Use(RemoteWire wire, FindingTurn turn)
    {
        Volatile.Write(ref _wire, wire);
        context.Logger.Reached(Kind.ToString()!);
        turn.Dispose();
    }
}
