using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>The profile's references to methods; what several of them have in common is written once.</summary>
internal sealed class MethodTable
{
    private readonly MetadataBuilder _metadata;
    private readonly ReferenceTable _references;
    private readonly TypeEncoder _encoder;
    private readonly Dictionary<string, EntityHandle> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Parent, MethodDefinitionHandle Method), EntityHandle> _members = [];

    public MethodTable(MetadataBuilder metadata)
    {
        _metadata = metadata;
        _references = new ReferenceTable(metadata);
        _encoder = new TypeEncoder(_references);
    }

    /// <summary>Refers to a method.</summary>
    public EntityHandle To(MethodUse method)
    {
        var member = Member(method);
        return method.Arguments.IsEmpty
            ? member
            : _metadata.AddMethodSpecification(member, _metadata.GetOrAddBlob(_encoder.MethodArguments(method.Arguments)));
    }

    /// <summary>Refers to a type.</summary>
    public EntityHandle TypeOf(TypeUse type)
    {
        if (!_types.TryGetValue(type.Key, out var handle))
        {
            _types[type.Key] = handle = type.Arguments.IsEmpty
                ? _references.To(type)
                : _metadata.AddTypeSpecification(_metadata.GetOrAddBlob(_encoder.Type(type)));
        }

        return handle;
    }

    private EntityHandle Member(MethodUse method)
    {
        var key = (method.Type.Key, method.Definition);
        if (!_members.TryGetValue(key, out var handle))
        {
            var reader = method.Assembly.Reader;
            var definition = reader.GetMethodDefinition(method.Definition);
            var signature = new SignatureCopier(reader, reader.GetBlobReader(definition.Signature), _references).CopyMethod();
            _members[key] = handle = _metadata.AddMemberReference(
                TypeOf(method.Type), _metadata.GetOrAddString(reader.GetString(definition.Name)), _metadata.GetOrAddBlob(signature));
        }

        return handle;
    }
}
