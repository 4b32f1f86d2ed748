namespace McpProxy.Relay.Remote;

/// <summary>A token that is cancelled with another one, or after a while on the session's clock.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    public Deadline(TimeSpan time, TimeProvider clock, CancellationToken stopping)
    {
        _source = new CancellationTokenSource(time, clock);
        Token = _source.Token;
        _registration = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>The token.</summary>
    public CancellationToken Token { get; }

    /// <summary>Sets another time, from now on.</summary>
    public void Set(TimeSpan time)
    {
        try
        {
            _source.CancelAfter(time);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
