using McpProxy.LoadBench.Programs;

namespace McpProxy.LoadBench.Subjects;

/// <summary>A program that serves the echo child over HTTP.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Launch">Its command, for a port on 127.0.0.1.</param>
internal sealed record GatewaySubject(string Name, Func<Wire, int, Launch> Launch)
{
    /// <summary>Whether it knows MCP: sessions, streams, HTTP+SSE.</summary>
    public bool IsProxy { get; init; } = true;

    /// <summary>Whether each session costs a process: then there can be only a few.</summary>
    public bool StartsProcessPerSession { get; init; }
}
