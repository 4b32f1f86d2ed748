using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>The profile's references to assemblies and types; each is written once.</summary>
internal sealed class ReferenceTable(MetadataBuilder metadata)
{
    /// <summary>Where crossgen2 looks for the type that stands for any reference type.</summary>
    private const string CanonicalAssembly = "System.Private.Canon";

    private readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = new(StringComparer.Ordinal);
    private readonly Dictionary<(EntityHandle Scope, string Namespace, string Name), TypeReferenceHandle> _types = [];

    /// <summary>Refers to a type of a program's assembly.</summary>
    public EntityHandle To(TypeUse type) =>
        type.IsCanonical ? Type(Assembly(CanonicalAssembly), "System", "__Canon") : To(type.Assembly!.Reader, type.Definition);

    /// <summary>Refers to what a token in an assembly's signatures means.</summary>
    public EntityHandle To(MetadataReader source, EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeDefinition => To(source, (TypeDefinitionHandle)type),
        HandleKind.TypeReference => To(source, (TypeReferenceHandle)type),
        HandleKind.TypeSpecification => To(source, (TypeSpecificationHandle)type),
        _ => throw new ArgumentException($"{type.Kind} is no type.", nameof(type)),
    };

    private TypeReferenceHandle To(MetadataReader source, TypeDefinitionHandle handle)
    {
        var type = source.GetTypeDefinition(handle);
        var outer = type.GetDeclaringType();
        EntityHandle scope = outer.IsNil ? Assembly(source.GetString(source.GetAssemblyDefinition().Name)) : To(source, outer);
        return Type(scope, source.GetString(type.Namespace), source.GetString(type.Name));
    }

    private TypeReferenceHandle To(MetadataReader source, TypeReferenceHandle handle)
    {
        var type = source.GetTypeReference(handle);
        EntityHandle scope = type.ResolutionScope.Kind == HandleKind.TypeReference
            ? To(source, (TypeReferenceHandle)type.ResolutionScope)
            : Assembly(source.GetString(source.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name));
        return Type(scope, source.GetString(type.Namespace), source.GetString(type.Name));
    }

    private TypeSpecificationHandle To(MetadataReader source, TypeSpecificationHandle handle)
    {
        var signature = source.GetBlobReader(source.GetTypeSpecification(handle).Signature);
        return metadata.AddTypeSpecification(metadata.GetOrAddBlob(new SignatureCopier(source, signature, this).CopyType()));
    }

    private AssemblyReferenceHandle Assembly(string name)
    {
        if (!_assemblies.TryGetValue(name, out var handle))
        {
            _assemblies[name] = handle = metadata.AddAssemblyReference(
                metadata.GetOrAddString(name), new Version(0, 0, 0, 0), culture: default, publicKeyOrToken: default, flags: default, hashValue: default);
        }

        return handle;
    }

    private TypeReferenceHandle Type(EntityHandle scope, string @namespace, string name)
    {
        if (!_types.TryGetValue((scope, @namespace, name), out var handle))
        {
            _types[(scope, @namespace, name)] = handle =
                metadata.AddTypeReference(scope, metadata.GetOrAddString(@namespace), metadata.GetOrAddString(name));
        }

        return handle;
    }
}
