namespace McpProxy.Soak.Results;

/// <summary>Takes down every call: each that was begun ends with exactly one outcome.</summary>
internal sealed class Ledger(TimeProvider time)
{
    private const int MaxProblems = 100;

    /// <summary>What only a hang takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, KindTally> _kinds = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private int _problemCount;

    /// <summary>Calls that were begun and have not ended.</summary>
    public int Open { get; private set; }

    /// <summary>Calls that were begun.</summary>
    public int Begun { get; private set; }

    public IReadOnlyDictionary<string, KindTally> Kinds => _kinds;

    /// <summary>What must not be, as far as it was kept.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_gate)
            {
                return _problemCount > MaxProblems ? [.. _problems, $"and {_problemCount - MaxProblems} more"] : [.. _problems];
            }
        }
    }

    /// <summary>Makes a call and takes down what became of it.</summary>
    /// <param name="kind">The kind of call.</param>
    /// <param name="where">Whose call it is, for the report of a problem.</param>
    /// <param name="call">The call; its token is cancelled after <see cref="Patience"/>.</param>
    /// <param name="judge">Says whether a reply is suspect, for who knows more.</param>
    public async Task<Reply> RecordAsync(string kind, string where, Func<CancellationToken, Task<Reply>> call, Func<Reply, Reply> judge)
    {
        lock (_gate)
        {
            Begun++;
            Open++;
        }

        var since = time.GetTimestamp();
        var reply = judge(await TryAsync(call));
        lock (_gate)
        {
            Open--;
            if (!_kinds.TryGetValue(kind, out var tally))
            {
                _kinds[kind] = tally = new KindTally();
            }

            tally.Add(reply, time.GetElapsedTime(since));
        }

        if (reply.IsSuspect)
        {
            Report($"{kind} {where}: {reply.Outcome} {reply.Reason}");
        }

        return reply;
    }

    /// <summary>Takes down what must not be.</summary>
    public void Report(string problem)
    {
        lock (_gate)
        {
            if (++_problemCount <= MaxProblems)
            {
                _problems.Add($"{time.GetLocalNow():HH:mm:ss.fff} {problem}");
            }
        }
    }

    private static async Task<Reply> TryAsync(Func<CancellationToken, Task<Reply>> call)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            return await call(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new Reply(Outcome.Lost, "no answer");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new Reply(Outcome.Cut, e.GetBaseException().Message);
        }
    }
}
