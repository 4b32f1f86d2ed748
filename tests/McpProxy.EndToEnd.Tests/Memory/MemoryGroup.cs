namespace McpProxy.EndToEnd.Tests.Memory;

/// <summary>Runs alone: what others do at the same time would be in the measurement.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryGroup
{
    public const string Name = "memory";
}
