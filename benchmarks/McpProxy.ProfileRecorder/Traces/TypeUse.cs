using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>A type that was used, instantiated as it was.</summary>
internal sealed class TypeUse
{
    private TypeUse(string key) => Key = key;

    /// <summary>The same for the same type, in whatever process.</summary>
    public string Key { get; }

    /// <summary>Where it is defined; null for an array, a pointer or a reference.</summary>
    public SourceAssembly? Assembly { get; private init; }

    public TypeDefinitionHandle Definition { get; private init; }

    /// <summary>Which of those it is, if it is not defined anywhere.</summary>
    public SignatureTypeCode Kind { get; private init; }

    /// <summary>What it is instantiated over, or its element.</summary>
    public ImmutableArray<TypeUse> Arguments { get; private init; } = [];

    /// <summary>The names of all assemblies that it needs.</summary>
    public IEnumerable<string> AssemblyNames =>
        Arguments.SelectMany(argument => argument.AssemblyNames).Concat(Assembly is null || IsCanonical ? [] : [Assembly.Name]);

    /// <summary>Whether this stands for any reference type: code of generics is shared by those.</summary>
    public bool IsCanonical => Assembly is { IsRuntime: true, Reader: var reader }
        && reader.StringComparer.Equals(reader.GetTypeDefinition(Definition).Name, "__Canon");

    /// <summary>A class, a struct, an interface.</summary>
    public static TypeUse Defined(SourceAssembly assembly, TypeDefinitionHandle definition, ImmutableArray<TypeUse> arguments) =>
        new($"{assembly.Name}!{MetadataTokens.GetToken(definition):x8}{KeyOf(arguments)}")
        {
            Assembly = assembly,
            Definition = definition,
            Arguments = arguments,
        };

    /// <summary>An array of one dimension, a pointer or a reference.</summary>
    public static TypeUse Of(SignatureTypeCode kind, TypeUse element) => new($"{kind}{KeyOf([element])}") { Kind = kind, Arguments = [element] };

    /// <summary>What tells instantiations from each other.</summary>
    public static string KeyOf(ImmutableArray<TypeUse> arguments) =>
        arguments.IsEmpty ? "" : $"<{string.Join(',', arguments.Select(argument => argument.Key))}>";
}
