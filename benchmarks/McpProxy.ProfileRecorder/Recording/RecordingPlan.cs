namespace McpProxy.ProfileRecorder.Recording;

/// <summary>What a run of the programs is to tell.</summary>
/// <param name="Name">Part of the names of its traces.</param>
/// <param name="Calls">How many calls each client makes.</param>
/// <param name="Clients">How many clients of a kind there are at once.</param>
/// <param name="Trace">The environment of a program that is to write a trace of itself into a file.</param>
internal sealed record RecordingPlan(string Name, int Calls, int Clients, Func<string, IReadOnlyDictionary<string, string>> Trace)
{
    /// <summary>Which methods run. Past 30 calls the runtime compiles a method anew, and has asked for all that it calls.</summary>
    public static RecordingPlan Use { get; } = new("use", Calls: 40, Clients: 1, Tracing.OfUse);

    /// <summary>How often they do what. With several clients messages meet, and go together.</summary>
    public static RecordingPlan Counts { get; } = new("counts", Calls: 500, Clients: 4, Tracing.OfCounts);
}
