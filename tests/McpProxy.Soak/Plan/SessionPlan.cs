namespace McpProxy.Soak.Plan;

/// <summary>What one session does: it follows from the seed and the session's number alone.</summary>
/// <param name="Number">The session's number.</param>
/// <param name="Server">The server that it is with.</param>
/// <param name="Wire">What its client speaks.</param>
/// <param name="CanAnswer">Whether its client declares that it answers requests of the server: with sharing "auto" it then has a process of its own.</param>
/// <param name="Listens">Whether its client opens a stream for what the server sends on its own.</param>
/// <param name="ReloadsFirst">Whether the servers file is changed before.</param>
/// <param name="Steps">What it does.</param>
/// <param name="Ending">How its client goes.</param>
/// <param name="Random">For what a step leaves open.</param>
internal sealed record SessionPlan(
    int Number, Server Server, Wire Wire, bool CanAnswer, bool Listens, bool ReloadsFirst, IReadOnlyList<StepKind> Steps, Ending Ending, Random Random)
{
    private const int MaxSteps = 7;
    private const int ReloadOneIn = 100;
    private const int CrashOfManyOneIn = 400;
    private const int CrashOfFewOneIn = 5;

    public static SessionPlan Create(int seed, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var server = random.Choose([.. Server.All.Select(server => (server, server.Weight))]);
        var wire = random.Choose((Wire.StreamableHttp, 70), (Wire.HttpSse, 22), (Wire.Bridge, 6), (Wire.SseBridge, 2));
        var steps = Enumerable.Range(0, random.Next(MaxSteps)).Select(_ => Step(random, server, wire)).ToList();
        if (random.Chance(server.IsFragile ? CrashOfFewOneIn : CrashOfManyOneIn) && !server.IsSample)
        {
            steps.Insert(random.Next(steps.Count + 1), random.Choose((StepKind.Crash, 1), (StepKind.Kill, 1)));
        }

        return new SessionPlan(
            number, server, wire, random.Chance(6), random.Chance(3), random.Chance(ReloadOneIn), steps,
            random.Choose((Ending.Proper, 60), (Ending.Abandoned, 22), (Ending.MidCall, 18)), random);
    }

    private static StepKind Step(Random random, Server server, Wire wire)
    {
        var http = wire == Wire.StreamableHttp ? 1 : 0;
        return server.IsSample
            ? random.Choose((StepKind.Echo, 40), (StepKind.Ping, 5), (StepKind.Burst, 8), (StepKind.EchoJson, 10 * http))
            : random.Choose(
                (StepKind.Echo, 34), (StepKind.EchoJson, 6 * http), (StepKind.Big, 7), (StepKind.Slow, 8), (StepKind.Progress, 10), (StepKind.Error, 5),
                (StepKind.Burst, 6), (StepKind.Ping, 4), (StepKind.Ask, 3), (StepKind.Log, 3), (StepKind.Cancel, 6), (StepKind.Drop, 4 * http),
                (StepKind.Resume, 6 * http), (StepKind.SlowReader, 2), (StepKind.Stall, server.IsFragile ? 2 * http : 0));
    }
}
