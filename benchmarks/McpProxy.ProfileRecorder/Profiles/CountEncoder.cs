using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder.Profiles;

/// <summary>Writes what was counted in a method: each number and token as an instruction that loads it.</summary>
internal sealed class CountEncoder(MetadataBuilder metadata, MethodTable methods)
{
    /// <summary>Offset, kind, number of values and the rest are all there, as they are and not as differences.</summary>
    private const int Everything = 0xF;

    /// <summary>Writes, unless nothing was counted.</summary>
    public void Write(IReadOnlyList<MethodCount> counts, InstructionEncoder body)
    {
        if (counts.Count == 0)
        {
            return;
        }

        body.LoadString(metadata.GetOrAddUserString("InstrumentationDataStart"));
        foreach (var count in counts)
        {
            body.LoadConstantI4(Everything);
            body.LoadConstantI4(count.Offset);
            body.LoadConstantI4(count.Kind);
            body.LoadConstantI4(count.Values.Length);
            body.LoadConstantI4(count.Other);
            foreach (var value in count.Values)
            {
                Write(value, body);
            }
        }

        body.LoadString(metadata.GetOrAddUserString("InstrumentationDataEnd"));
    }

    private void Write(CountedValue value, InstructionEncoder body)
    {
        switch (value)
        {
            case { Type: { } type }:
                body.OpCode(ILOpCode.Ldtoken);
                body.Token(methods.TypeOf(type));
                break;
            case { Method: { } method }:
                body.OpCode(ILOpCode.Ldtoken);
                body.Token(methods.To(method));
                break;
            case { Number: >= int.MinValue and <= int.MaxValue }:
                body.LoadConstantI4((int)value.Number);
                break;
            default:
                body.LoadConstantI8(value.Number);
                break;
        }
    }
}
