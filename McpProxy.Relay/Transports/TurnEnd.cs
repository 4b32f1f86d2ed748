using System.IO.Pipes;
using System.Runtime.CompilerServices;

namespace McpProxy.Relay.Transports;

/// <summary>
/// When a thread of the runtime's sockets (<see cref="SocketThreads"/>) has seen to all that came in at once. What is sent only then is sent
/// together, and wakes up a peer once instead of once a message. The end of the turn comes in like anything else, behind what is there already:
/// a byte in a pipe of our own. Where messages come one by one that is a detour, so it is taken only now and then, until one meets another.
/// </summary>
/// <param name="announce">Has the thread call <see cref="Run"/> once it has seen to what is there already.</param>
public sealed class TurnEnd(Action announce)
{
    /// <summary>How often nothing waits once waiting was in vain.</summary>
    private const int DetoursSpared = 32;

    [ThreadStatic]
    private static TurnEnd? _current;

    private List<Func<bool>> _waiting = [];
    private List<Func<bool>> _running = [];
    private int _toSpare;

    /// <summary>That of this thread; null when it is none of the sockets'. No other thread uses it.</summary>
    public static TurnEnd? Current
    {
        get => _current;
        internal set => _current = value;
    }

    /// <summary>Whether anything waits that came in on this thread.</summary>
    public bool IsPending => _waiting.Count > 0;

    /// <summary>Gives each of the sockets' threads its own.</summary>
    /// <param name="threads">How many there are.</param>
    internal static void Watch(int threads)
    {
        for (var i = 0; i < threads; i++)
        {
            var end = new AnonymousPipeServerStream(PipeDirection.Out);
            _ = RunAsync(end); // The runtime gives each of its threads a pipe in turn.
            end.WriteByte(0);
        }
    }

    /// <summary>Has work done at the end of the turn.</summary>
    /// <param name="work">What is to be done; it says whether it could be done together with more of its kind.</param>
    /// <returns>Whether it will be; otherwise the caller does it.</returns>
    public bool TryAdd(Func<bool> work)
    {
        if (_toSpare > 0)
        {
            _toSpare--;
            return false;
        }

        Add(work);
        return true;
    }

    /// <summary>Goes on at the end of the turn.</summary>
    public Awaiter GetAwaiter() => new(this);

    /// <summary>The turn has ended.</summary>
    internal void Run()
    {
        (_waiting, _running) = (_running, _waiting);
        var isOfUse = false;
        foreach (var work in _running)
        {
            isOfUse |= work();
        }

        _running.Clear();
        _toSpare = isOfUse ? 0 : DetoursSpared;
    }

    private static async Task RunAsync(AnonymousPipeServerStream end)
    {
        await using var own = end;
        await using var ends = new AnonymousPipeClientStream(PipeDirection.In, end.ClientSafePipeHandle);
        var turnEnd = new TurnEnd(() => end.WriteByte(0)); // There is room: only who comes first announces it.
        var one = new byte[1];
        while (await ends.ReadAsync(one) > 0)
        {
            // The first tells which thread it is: none of the sockets' when the pool goes on, or one that has got a pipe before.
            Current = Thread.CurrentThread.IsThreadPoolThread ? null : Current ?? turnEnd;
            if (Current != turnEnd)
            {
                return;
            }

            turnEnd.Run();
        }
    }

    private void Add(Func<bool> work)
    {
        _waiting.Add(work);
        if (_waiting.Count == 1)
        {
            announce();
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
