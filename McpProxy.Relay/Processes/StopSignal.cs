using System.Runtime.InteropServices;

namespace McpProxy.Relay.Processes;

/// <summary>
/// Hears that the process is asked to end: SIGINT, SIGTERM, SIGHUP, and what Windows has in their place. Ending takes its time, and is bounded by
/// --shutdown-timeout; a second signal does not cut it short, because that would leave processes behind.
/// </summary>
public sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Begins to listen.</summary>
    public StopSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
    ];

    /// <summary>Cancelled with the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stop.Cancel();
    }
}
