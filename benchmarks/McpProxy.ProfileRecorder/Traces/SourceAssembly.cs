using System.Reflection.Metadata;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>An assembly of the program that was recorded.</summary>
/// <param name="Name">Its simple name.</param>
/// <param name="Reader">Its metadata, which stays in memory.</param>
internal sealed record SourceAssembly(string Name, MetadataReader Reader)
{
    /// <summary>Whether this is where <see cref="object"/> is from.</summary>
    public bool IsRuntime => Name == "System.Private.CoreLib";
}
