using McpProxy.LoadBench.Programs;

namespace McpProxy.LoadBench.Subjects;

/// <summary>A program that serves a remote server over stdio.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Launch">Its command, for the remote server's address.</param>
internal sealed record BridgeSubject(string Name, Func<Uri, Launch> Launch);
