using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Remote;

/// <summary>
/// A response body that may not stay silent for too long, nor send too much before it is looked at: <see cref="Restart"/> after each
/// event. A comment counts as a sign of life.
/// </summary>
internal sealed class WatchedStream(Stream inner, long maxBytes, TimeSpan idleTimeout, Func<bool> mayBeIdle, TimeProvider time) : ReadOnlyStream
{
    /// <summary>What may stand around a message in its event.</summary>
    private const int FramingBytes = 64 * 1024;

    private long _bytes;

    /// <summary>What has come so far was looked at.</summary>
    public void Restart() => _bytes = 0;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_bytes > maxBytes + FramingBytes)
        {
            throw new RemoteException(RemoteFault.TooLarge);
        }

        try
        {
            var read = await ReadInTimeAsync(buffer, cancellationToken);
            _bytes += read;
            return read;
        }
        catch (Exception e) when (UndecodableBody.Is(e))
        {
            throw new IOException(UndecodableBody.Text, e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (idleTimeout <= TimeSpan.Zero)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        var read = inner.ReadAsync(buffer, cancellationToken);
        if (read.IsCompleted)
        {
            return await read;
        }

        var task = read.AsTask();
        while (true)
        {
            // Without the token: the read heeds it, and until it has ended the buffer is in use.
            await ((Task)task).WaitAsync(idleTimeout, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (task.IsCompleted)
            {
                return await task;
            }

            // If not, somebody waits for an answer on it, and there is no limit on how long a tool may run.
            if (mayBeIdle())
            {
                await inner.DisposeAsync(); // Ends the read.
                await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new IOException("The stream was silent for too long.");
            }
        }
    }
}
