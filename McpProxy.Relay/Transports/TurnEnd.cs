using System.IO.Pipes;
using System.Runtime.CompilerServices;

namespace McpProxy.Relay.Transports;

/// <summary>
/// When a thread of the runtime's sockets (<see cref="SocketThreads"/>) has seen to all that came in at once. What is sent only then is sent
/// together, and wakes up a peer once instead of once a message. The end of the turn comes in like anything else, behind what is there already:
/// a byte in a pipe of our own. Where messages come one by one that is a detour, so it is taken only now and then, until one meets another.
/// </summary>
public sealed class TurnEnd : IDisposable
{
    /// <summary>How often nothing waits once waiting was in vain.</summary>
    private const int DetoursSpared = 32;

    private static readonly Lazy<TurnEnd> Shared = new(static () => new TurnEnd());

    private readonly Lock _gate = new();
    private readonly AnonymousPipeServerStream _end = new(PipeDirection.Out);
    private List<Func<bool>> _waiting = [];
    private List<Func<bool>> _running = [];
    private int _toSpare;

    internal TurnEnd() => _ = RunAsync();

    /// <summary>That of this process; null when no work is done on threads of the sockets.</summary>
    public static TurnEnd? Current => SocketThreads.RunContinuations ? Shared.Value : null;

    /// <summary>Whether anything waits that came in on this thread, or on one like it.</summary>
    public bool IsPending => _waiting.Count > 0 && !Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Has work done at the end of the turn. A thread of the pool has no turns.</summary>
    /// <param name="work">What is to be done; it says whether it could be done together with more of its kind.</param>
    /// <returns>Whether it will be; otherwise the caller does it.</returns>
    public bool TryAdd(Func<bool> work)
    {
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            return false;
        }

        if (Volatile.Read(ref _toSpare) > 0)
        {
            Interlocked.Decrement(ref _toSpare);
            return false;
        }

        Add(work);
        return true;
    }

    /// <summary>Nothing may wait any more.</summary>
    public void Dispose() => _end.Dispose();

    /// <summary>Goes on at the end of the turn.</summary>
    public Awaiter GetAwaiter() => new(this);

    private void Add(Func<bool> work)
    {
        lock (_gate)
        {
            _waiting.Add(work);
            if (_waiting.Count > 1)
            {
                return;
            }
        }

        _end.WriteByte(0); // There is room: only who comes first writes one.
    }

    private async Task RunAsync()
    {
        await using var ends = new AnonymousPipeClientStream(PipeDirection.In, _end.ClientSafePipeHandle);
        var end = new byte[1];
        while (await ends.ReadAsync(end) > 0)
        {
            Run();
        }
    }

    private void Run()
    {
        lock (_gate)
        {
            (_waiting, _running) = (_running, _waiting);
        }

        var isOfUse = false;
        foreach (var work in _running)
        {
            isOfUse |= work();
        }

        _running.Clear();
        if (!isOfUse)
        {
            Volatile.Write(ref _toSpare, DetoursSpared);
        }
    }

    /// <summary>Waits for the end of the turn.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        private readonly TurnEnd _turnEnd;

        internal Awaiter(TurnEnd turnEnd) => _turnEnd = turnEnd;

        /// <summary>Never: it is still to come.</summary>
        public bool IsCompleted => false;

        /// <summary>Has nothing to tell.</summary>
        public void GetResult()
        {
        }

        /// <inheritdoc/>
        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation) => _turnEnd.Add(() =>
        {
            continuation();
            return false;
        });
    }
}
