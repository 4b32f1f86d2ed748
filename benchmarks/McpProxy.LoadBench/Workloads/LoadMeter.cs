using System.Diagnostics;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Sessions;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Lets sessions call, each as fast as its answers come, and reads the clocks.</summary>
internal static class LoadMeter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs all sessions at once.</summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="duration">After this time no further call is begun.</param>
    /// <param name="usage">Reads what the subject has used.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public static async Task<LoadFigures> RunAsync(
        IReadOnlyList<ILoadSession> sessions, TimeSpan duration, Func<ProcessUsage> usage, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(duration + Patience);
        foreach (var session in sessions)
        {
            await session.ReviveAsync(deadline.Token);
        }

        var tallies = sessions.Select(_ => new Tally()).ToArray();
        var (subject, client, start) = (usage().Cpu, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);

        // What follows must not run on the thread that serves the sockets.
        await Task.WhenAll(sessions.Zip(tallies, (session, tally) => CallAsync(session, tally, end, deadline.Token)))
            .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return new LoadFigures(
            tallies.Sum(tally => tally.Calls),
            tallies.Sum(tally => tally.Errors),
            Stopwatch.GetElapsedTime(start),
            usage().Cpu - subject,
            Environment.CpuUsage.TotalTime - client);
    }

    /// <summary>Runs a load that blocks its thread.</summary>
    /// <param name="load">Calls until a timestamp.</param>
    /// <param name="duration">After this time no further call is begun.</param>
    /// <param name="usage">Reads what the subject has used.</param>
    public static LoadFigures Run(Func<long, (long Calls, long Errors)> load, TimeSpan duration, Func<ProcessUsage> usage)
    {
        var (subject, client, start) = (usage().Cpu, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var (calls, errors) = load(start + (long)(duration.TotalSeconds * Stopwatch.Frequency));
        return new LoadFigures(calls, errors, Stopwatch.GetElapsedTime(start), usage().Cpu - subject, Environment.CpuUsage.TotalTime - client);
    }

    private static async Task CallAsync(ILoadSession session, Tally tally, long end, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetTimestamp() < end)
        {
            var isRight = await session.CallAsync(cancellationToken);
            tally.Calls++;
            tally.Errors += isRight ? 0 : 1;
        }
    }

    private sealed class Tally
    {
        public long Calls { get; set; }

        public long Errors { get; set; }
    }
}
