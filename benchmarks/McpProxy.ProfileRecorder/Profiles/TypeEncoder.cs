using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>Writes types that were used as signatures (ECMA-335, II.23.2).</summary>
internal sealed class TypeEncoder(ReferenceTable references)
{
    private const byte GenericInstance = 0x0a;

    /// <summary>A type.</summary>
    public BlobBuilder Type(TypeUse type)
    {
        var signature = new BlobBuilder();
        Write(type, signature);
        return signature;
    }

    /// <summary>What a method is instantiated over.</summary>
    public BlobBuilder MethodArguments(ImmutableArray<TypeUse> arguments)
    {
        var signature = new BlobBuilder();
        signature.WriteByte(GenericInstance);
        WriteAll(arguments, signature);
        return signature;
    }

    private void Write(TypeUse type, BlobBuilder signature)
    {
        if (type.Assembly is not { } assembly)
        {
            signature.WriteByte((byte)type.Kind);
            Write(type.Arguments[0], signature);
        }
        else if (Primitives.Find(assembly, type.Definition) is { } primitive)
        {
            signature.WriteByte((byte)primitive);
        }
        else
        {
            WriteDefined(type, assembly.Reader, signature);
        }
    }

    private void WriteDefined(TypeUse type, MetadataReader reader, BlobBuilder signature)
    {
        if (!type.Arguments.IsEmpty)
        {
            signature.WriteByte((byte)SignatureTypeCode.GenericTypeInstance);
        }

        signature.WriteByte((byte)(IsValueType(reader, type.Definition) ? SignatureTypeKind.ValueType : SignatureTypeKind.Class));
        signature.WriteCompressedInteger(CodedIndex.TypeDefOrRefOrSpec(references.To(type)));
        if (!type.Arguments.IsEmpty)
        {
            WriteAll(type.Arguments, signature);
        }
    }

    private void WriteAll(ImmutableArray<TypeUse> types, BlobBuilder signature)
    {
        signature.WriteCompressedInteger(types.Length);
        foreach (var type in types)
        {
            Write(type, signature);
        }
    }

    private static bool IsValueType(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return BaseName(reader, type.BaseType) is "ValueType" or "Enum" && !reader.StringComparer.Equals(type.Name, "Enum");
    }

    private static string? BaseName(MetadataReader reader, EntityHandle handle) => handle switch
    {
        { IsNil: true } => null,
        { Kind: HandleKind.TypeReference } => reader.GetString(reader.GetTypeReference((TypeReferenceHandle)handle).Name),
        { Kind: HandleKind.TypeDefinition } => reader.GetString(reader.GetTypeDefinition((TypeDefinitionHandle)handle).Name),
        _ => null,
    };
}
