namespace McpProxy.ProfileRecorder.Traces;

/// <summary>What a trace tells of a process. Ids are addresses in that process.</summary>
internal sealed class RecordedTrace
{
    /// <summary>The path of each module; empty if it was made while the process ran.</summary>
    public Dictionary<long, string> Modules { get; } = [];

    public Dictionary<ulong, RecordedType> Types { get; } = [];

    public Dictionary<long, RecordedMethod> Methods { get; } = [];

    /// <summary>The methods that ran: their code was compiled, or what was compiled ahead of time was asked for.</summary>
    public HashSet<long> Used { get; } = [];

    /// <summary>What methods counted that were compiled so that they count, as <see cref="MethodCountReader"/> reads it.</summary>
    public Dictionary<long, byte[]> Counts { get; } = [];
}
