using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>Copies a signature (ECMA-335, II.23.2) out of an assembly: all stays as it is, but for the tokens of types.</summary>
internal ref struct SignatureCopier(MetadataReader source, BlobReader signature, ReferenceTable references)
{
    private const byte GenericMethod = 0x10;

    private readonly BlobBuilder _copy = new();
    private BlobReader _signature = signature;

    /// <summary>Copies a method's.</summary>
    public BlobBuilder CopyMethod()
    {
        Method();
        return _copy;
    }

    /// <summary>Copies a type's.</summary>
    public BlobBuilder CopyType()
    {
        Type();
        return _copy;
    }

    private void Method()
    {
        if ((Byte() & GenericMethod) != 0)
        {
            Integer();
        }

        for (var types = Integer() + 1; types > 0; types--)
        {
            Type();
        }
    }

    private void Type()
    {
        var code = Byte();
        switch (code)
        {
            case (byte)SignatureTypeCode.Sentinel or (byte)SignatureTypeCode.Pinned or (byte)SignatureTypeCode.SZArray
                or (byte)SignatureTypeCode.Pointer or (byte)SignatureTypeCode.ByReference:
                Type();
                break;
            case (byte)SignatureTypeCode.RequiredModifier or (byte)SignatureTypeCode.OptionalModifier:
                Token();
                Type();
                break;
            case (byte)SignatureTypeKind.Class or (byte)SignatureTypeKind.ValueType:
                Token();
                break;
            case (byte)SignatureTypeCode.GenericTypeParameter or (byte)SignatureTypeCode.GenericMethodParameter:
                Integer();
                break;
            case (byte)SignatureTypeCode.GenericTypeInstance:
                Instance();
                break;
            case (byte)SignatureTypeCode.Array:
                Array();
                break;
            case (byte)SignatureTypeCode.FunctionPointer:
                Method();
                break;
            default:
                break; // A primitive type is only its code.
        }
    }

    private void Instance()
    {
        Byte();
        Token();
        for (var arguments = Integer(); arguments > 0; arguments--)
        {
            Type();
        }
    }

    private void Array()
    {
        Type();
        Integer();
        for (var sizes = Integer(); sizes > 0; sizes--)
        {
            Integer();
        }

        for (var bounds = Integer(); bounds > 0; bounds--)
        {
            _copy.WriteCompressedSignedInteger(_signature.ReadCompressedSignedInteger());
        }
    }

    private void Token() => _copy.WriteCompressedInteger(CodedIndex.TypeDefOrRefOrSpec(references.To(source, _signature.ReadTypeHandle())));

    private byte Byte()
    {
        var value = _signature.ReadByte();
        _copy.WriteByte(value);
        return value;
    }

    private int Integer()
    {
        var value = _signature.ReadCompressedInteger();
        _copy.WriteCompressedInteger(value);
        return value;
    }
}
