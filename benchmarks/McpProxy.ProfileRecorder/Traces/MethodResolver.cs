using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>Finds what the ids of a trace mean in the assemblies of the program.</summary>
internal sealed class MethodResolver(RecordedTrace trace, SourceAssemblies assemblies)
{
    /// <summary>Finds a method.</summary>
    /// <exception cref="UnresolvedException">It is in no assembly.</exception>
    public MethodUse Resolve(long id)
    {
        if (!trace.Methods.TryGetValue(id, out var method))
        {
            throw new UnresolvedException("made by the runtime, without metadata");
        }

        var type = Type(method.Type);
        return type.Assembly is { } assembly
            ? new MethodUse(assembly, type, (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.Token), Types(method.Arguments))
            : throw new UnresolvedException("of an array");
    }

    private ImmutableArray<TypeUse> Types(ulong[] ids) => [.. ids.Select(Type)];

    /// <summary>Finds a type.</summary>
    /// <exception cref="UnresolvedException">It is in no assembly.</exception>
    public TypeUse Type(ulong id)
    {
        if (!trace.Types.TryGetValue(id, out var type))
        {
            throw new UnresolvedException("of a type that the trace does not name");
        }

        return type.Kind switch
        {
            SignatureTypeCode.SZArray or SignatureTypeCode.Pointer or SignatureTypeCode.ByReference => TypeUse.Of(type.Kind, Type(type.Arguments[0])),
            SignatureTypeCode.Array => throw new UnresolvedException("of an array of several dimensions"),
            _ => TypeUse.Defined(Assembly(type.Module), (TypeDefinitionHandle)MetadataTokens.EntityHandle(type.Token), Types(type.Arguments)),
        };
    }

    private SourceAssembly Assembly(long module)
    {
        var path = trace.Modules.GetValueOrDefault(module, "");
        return assemblies.Find(path) ?? throw new UnresolvedException(
            path.Length == 0 ? "of a module that was made at run time" : $"of {Path.GetFileName(path)}, which was not published");
    }
}
