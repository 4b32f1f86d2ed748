using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>
/// The file that crossgen2 reads with <c>--mibc</c>: an assembly that is read, never run. Its global method
/// <c>AssemblyDictionary</c> names groups of methods by the assemblies that they need, and for each of them a global method that
/// has the tokens of the group's methods, and what is known of each. See dotnet/runtime,
/// src/coreclr/tools/aot/ILCompiler.ReadyToRun/IBC/MIbcProfileParser.cs.
/// </summary>
internal sealed class ProfileImage
{
    private const string Name = "Program.mibc";

    /// <summary>A sample more or less means nothing here: a method was used, or is not in the file.</summary>
    private const int Weight = 100;

    // The same input gives the same bytes: the file has no id and no time of its own.
    private static readonly BlobContentId Id = new(new Guid("6e0d5c0a-2f0e-4f57-9c8e-0f4f2f6d9b11"), 1);

    private readonly MetadataBuilder _metadata = new();
    private readonly BlobBuilder _code = new();
    private readonly MethodBodyStreamEncoder _bodies;
    private readonly MethodTable _methods;
    private readonly CountEncoder _counts;
    private readonly BlobHandle _signature;

    private ProfileImage()
    {
        _bodies = new MethodBodyStreamEncoder(_code);
        _methods = new MethodTable(_metadata);
        _counts = new CountEncoder(_metadata, _methods);
        var signature = new BlobBuilder();
        new BlobEncoder(signature).MethodSignature().Parameters(0, returned => returned.Void(), _ => { });
        _signature = _metadata.GetOrAddBlob(signature);
    }

    /// <summary>Makes the file of these methods.</summary>
    public static byte[] Create(IEnumerable<MethodUse> methods)
    {
        var image = new ProfileImage();
        image.Define();
        image.AddGroups(methods);
        return image.Serialize();
    }

    private void Define()
    {
        var name = _metadata.GetOrAddString(Name);
        _metadata.AddModule(0, name, _metadata.GetOrAddGuid(Id.Guid), encId: default, encBaseId: default);
        _metadata.AddAssembly(
            name, new Version(1, 0, 0, 0), culture: default, publicKey: default, flags: default, hashAlgorithm: AssemblyHashAlgorithm.None);
        _metadata.AddTypeDefinition(
            attributes: default,
            @namespace: default,
            _metadata.GetOrAddString("<Module>"),
            baseType: default,
            MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
    }

    private void AddGroups(IEnumerable<MethodUse> methods)
    {
        var groups = methods
            .GroupBy(method => string.Concat(method.AssemblyNames.Select(name => name + ";")), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        var dictionary = new InstructionEncoder(new BlobBuilder());
        var count = 0;
        foreach (var group in groups)
        {
            dictionary.LoadString(_metadata.GetOrAddUserString(group.Key));
            dictionary.OpCode(ILOpCode.Ldtoken);
            dictionary.Token(AddGroup($"Assemblies_{++count}", group));
            dictionary.OpCode(ILOpCode.Pop);
        }

        AddGlobal("AssemblyDictionary", dictionary);
    }

    private MethodDefinitionHandle AddGroup(string name, IEnumerable<MethodUse> group)
    {
        var body = new InstructionEncoder(new BlobBuilder());
        foreach (var method in group)
        {
            body.OpCode(ILOpCode.Ldtoken);
            body.Token(_methods.To(method));
            body.LoadString(_metadata.GetOrAddUserString("ExclusiveWeight"));
            body.LoadConstantI4(Weight);
            _counts.Write(method.Counts, body);
            body.OpCode(ILOpCode.Pop);
        }

        return AddGlobal(name, body);
    }

    private MethodDefinitionHandle AddGlobal(string name, InstructionEncoder body)
    {
        body.OpCode(ILOpCode.Ret);
        return _metadata.AddMethodDefinition(
            MethodAttributes.Public | MethodAttributes.Static,
            MethodImplAttributes.IL,
            _metadata.GetOrAddString(name),
            _signature,
            _bodies.AddMethodBody(body),
            parameterList: default);
    }

    private byte[] Serialize()
    {
        var image = new BlobBuilder();
        new ManagedPEBuilder(
            PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(_metadata), _code, deterministicIdProvider: _ => Id).Serialize(image);
        return image.ToArray();
    }
}
