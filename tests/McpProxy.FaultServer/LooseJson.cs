using System.Buffers;
using System.Text.Json;

namespace McpProxy.FaultServer;

/// <summary>Valid JSON on one line with as much white space as the grammar allows.</summary>
internal static class LooseJson
{
    /// <summary>Returns the same tokens, byte for byte, with a space, a tab and a space before each.</summary>
    public static byte[] Format(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        var reader = new Utf8JsonReader(json);
        var needsComma = false;
        while (reader.Read())
        {
            var closes = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            output.Write(needsComma && !closes ? " \t , \t "u8 : " \t "u8);
            output.Write(json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed].TrimEnd(": \t"u8));
            output.Write(reader.TokenType == JsonTokenType.PropertyName ? " \t :"u8 : default);
            needsComma = reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.StartObject or JsonTokenType.StartArray);
        }

        return output.WrittenSpan.ToArray();
    }
}
