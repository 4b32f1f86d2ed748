using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>A method that was used, instantiated as it was.</summary>
/// <param name="Assembly">Where it is defined.</param>
/// <param name="Type">The type that it is a method of.</param>
/// <param name="Definition">Its definition.</param>
/// <param name="Arguments">What it is instantiated over.</param>
internal sealed record MethodUse(SourceAssembly Assembly, TypeUse Type, MethodDefinitionHandle Definition, ImmutableArray<TypeUse> Arguments)
{
    /// <summary>What was counted in it.</summary>
    public IReadOnlyList<MethodCount> Counts { get; init; } = [];

    /// <summary>The same for the same method, in whatever process.</summary>
    public string Key { get; } = $"{Type.Key}.{MetadataTokens.GetToken(Definition):x8}{TypeUse.KeyOf(Arguments)}";

    /// <summary>The assemblies that it needs: the one that defines it first, then the others by name.</summary>
    public IReadOnlyList<string> AssemblyNames =>
    [
        Assembly.Name,
        .. Arguments.Append(Type).SelectMany(type => type.AssemblyNames).Where(name => name != Assembly.Name).Distinct().Order(StringComparer.Ordinal),
    ];
}
