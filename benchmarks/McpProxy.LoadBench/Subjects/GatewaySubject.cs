using McpProxy.LoadBench.Programs;

namespace McpProxy.LoadBench.Subjects;

/// <summary>A program that serves the echo child over HTTP.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Launch">Its command, for a port on 127.0.0.1.</param>
internal sealed record GatewaySubject(string Name, Func<Wire, int, Launch> Launch)
{
    /// <summary>The only way to reach it, whatever is measured; null when there are all.</summary>
    public Wire? OnlyWire { get; init; }

    /// <summary>Whether it knows MCP: sessions, streams.</summary>
    public bool IsProxy => OnlyWire is null;

    /// <summary>Whether each session costs a process: then there can be only a few.</summary>
    public bool StartsProcessPerSession { get; init; }
}
