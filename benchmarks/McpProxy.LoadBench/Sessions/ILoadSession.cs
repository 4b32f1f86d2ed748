namespace McpProxy.LoadBench.Sessions;

/// <summary>A client with one session, and one call at a time.</summary>
internal interface ILoadSession : IAsyncDisposable
{
    /// <summary>Makes its connections usable again, which a subject may have closed while they were silent.</summary>
    ValueTask ReviveAsync(CancellationToken cancellationToken);

    /// <summary>Calls <c>echo</c>.</summary>
    /// <returns>Whether the answer is right.</returns>
    ValueTask<bool> CallAsync(CancellationToken cancellationToken);

    /// <summary>Ends the session as a good client does.</summary>
    ValueTask EndAsync(CancellationToken cancellationToken);
}
