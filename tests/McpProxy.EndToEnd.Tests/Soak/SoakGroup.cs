namespace McpProxy.EndToEnd.Tests.Soak;

/// <summary>Runs alone: it takes the whole machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoakGroup
{
    public const string Name = "soak";
}
