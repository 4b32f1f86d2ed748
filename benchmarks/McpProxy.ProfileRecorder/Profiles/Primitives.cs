using System.Collections.Frozen;
using System.Reflection.Metadata;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>The types that a signature names by a code of their own.</summary>
internal static class Primitives
{
    private static readonly FrozenDictionary<string, SignatureTypeCode> Codes = new Dictionary<string, SignatureTypeCode>
    {
        ["Void"] = SignatureTypeCode.Void,
        ["Boolean"] = SignatureTypeCode.Boolean,
        ["Char"] = SignatureTypeCode.Char,
        ["SByte"] = SignatureTypeCode.SByte,
        ["Byte"] = SignatureTypeCode.Byte,
        ["Int16"] = SignatureTypeCode.Int16,
        ["UInt16"] = SignatureTypeCode.UInt16,
        ["Int32"] = SignatureTypeCode.Int32,
        ["UInt32"] = SignatureTypeCode.UInt32,
        ["Int64"] = SignatureTypeCode.Int64,
        ["UInt64"] = SignatureTypeCode.UInt64,
        ["Single"] = SignatureTypeCode.Single,
        ["Double"] = SignatureTypeCode.Double,
        ["String"] = SignatureTypeCode.String,
        ["IntPtr"] = SignatureTypeCode.IntPtr,
        ["UIntPtr"] = SignatureTypeCode.UIntPtr,
        ["Object"] = SignatureTypeCode.Object,
        ["TypedReference"] = SignatureTypeCode.TypedReference,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A type's code, if it has one.</summary>
    public static SignatureTypeCode? Find(SourceAssembly assembly, TypeDefinitionHandle handle)
    {
        var reader = assembly.Reader;
        var type = reader.GetTypeDefinition(handle);
        return assembly.IsRuntime && reader.StringComparer.Equals(type.Namespace, "System")
            && Codes.TryGetValue(reader.GetString(type.Name), out var code) ? code : null;
    }
}
