using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

// The smallest stdio MCP server: one JSON-RPC message a line, and only what a load test calls.
// Answers are collected and written once the input that has arrived is used up: a burst costs one read and one write.
const string Tools = """
    {"tools":[{"name":"echo","description":"Returns the JSON text of its arguments.","inputSchema":{"type":"object"}},
    {"name":"size","description":"Returns a text of the given size.",
    "inputSchema":{"type":"object","properties":{"bytes":{"type":"integer","minimum":0}},"required":["bytes"]}},
    {"name":"progress","description":"Reports progress so many times before it returns, if the call has a progress token.",
    "inputSchema":{"type":"object","properties":{"count":{"type":"integer","minimum":0}},"required":["count"]}}]}
    """;

const int MaxUnwrittenBytes = 1024 * 1024;

using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
var toolList = Encoding.UTF8.GetBytes(Tools.ReplaceLineEndings(""));
var answers = new ArrayBufferWriter<byte>(64 * 1024);
using var text = new Utf8JsonWriter(answers, new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
var buffer = new byte[64 * 1024];
var filler = Array.Empty<byte>();
var used = 0;

while (input.Read(buffer, used, buffer.Length - used) is var read and > 0)
{
    // Only the new bytes can hold the end of a line: a line of 10 MB is searched once.
    var (lineStart, searchStart) = (0, used);
    used += read;
    while (buffer.AsSpan(searchStart, used - searchStart).IndexOf((byte)'\n') is var length and >= 0)
    {
        Answer(buffer.AsSpan(lineStart..(searchStart + length)));
        lineStart = searchStart += length + 1;
        if (answers.WrittenCount > MaxUnwrittenBytes)
        {
            WriteAnswers();
        }
    }

    WriteAnswers();
    buffer.AsSpan(lineStart..used).CopyTo(buffer);
    used -= lineStart;
    if (used == buffer.Length)
    {
        Array.Resize(ref buffer, buffer.Length * 2);
    }
}

void WriteAnswers()
{
    output.Write(answers.WrittenSpan);
    output.Flush();
    answers.ResetWrittenCount();
}

void Answer(ReadOnlySpan<byte> line)
{
    try
    {
        var method = Value(line, "method"u8);
        var id = Value(line, "id"u8);
        var parameters = Value(line, "params"u8);
        if (!method.IsEmpty && !id.IsEmpty) // Else a notification or an answer.
        {
            WriteProgress(parameters);
            answers.Write("{\"jsonrpc\":\"2.0\",\"id\":"u8);
            answers.Write(id);
            Dispatch(Encoding.UTF8.GetString(method), parameters);
            answers.Write("}\n"u8);
        }
    }
    catch (JsonException)
    {
        answers.Write("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Not a JSON-RPC message.\"}}\n"u8);
    }
}

void WriteProgress(ReadOnlySpan<byte> parameters)
{
    if (!Value(parameters, "name"u8).SequenceEqual("\"progress\""u8))
    {
        return;
    }

    var token = Value(Value(parameters, "_meta"u8), "progressToken"u8);
    _ = Utf8Parser.TryParse(Value(Value(parameters, "arguments"u8), "count"u8), out int count, out _);
    for (var progress = 1; progress <= count && !token.IsEmpty; progress++)
    {
        answers.Write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"u8);
        answers.Write(token);
        answers.Write(Encoding.ASCII.GetBytes($",\"progress\":{progress},\"total\":{count}}}}}\n"));
    }
}

void Dispatch(string method, ReadOnlySpan<byte> parameters)
{
    var arguments = Value(parameters, "arguments"u8);
    switch (method, Encoding.UTF8.GetString(Value(parameters, "name"u8)))
    {
        case ("\"tools/call\"", "\"echo\""):
            WriteText(arguments);
            break;
        case ("\"tools/call\"", "\"size\"") when Utf8Parser.TryParse(Value(arguments, "bytes"u8), out int bytes, out _) && bytes >= 0:
            filler = filler.Length >= bytes ? filler : [.. Enumerable.Repeat((byte)'x', bytes)];
            WriteText(filler.AsSpan(0, bytes));
            break;
        case ("\"tools/call\"", "\"progress\""):
            WriteText("done"u8);
            break;
        case ("\"tools/call\"", _):
            answers.Write(",\"error\":{\"code\":-32602,\"message\":\"Call echo, size with bytes, or progress with count.\"}"u8);
            break;
        case ("\"tools/list\"", _):
            answers.Write(",\"result\":"u8);
            answers.Write(toolList);
            break;
        case ("\"ping\"", _):
            answers.Write(",\"result\":{}"u8);
            break;
        case ("\"initialize\"", _):
            var version = Value(parameters, "protocolVersion"u8);
            answers.Write(",\"result\":{\"protocolVersion\":"u8);
            answers.Write(version.IsEmpty ? "\"2025-11-25\""u8 : version);
            answers.Write(",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"echo-server\",\"version\":\"1.0.0\"}}"u8);
            break;
        default:
            answers.Write(",\"error\":{\"code\":-32601,\"message\":\"Method not found.\"}"u8);
            break;
    }
}

void WriteText(ReadOnlySpan<byte> value)
{
    answers.Write(",\"result\":{\"content\":[{\"type\":\"text\",\"text\":"u8);
    text.Reset(answers);
    text.WriteStringValue(value);
    text.Flush();
    answers.Write("}]}"u8);
}

// The raw JSON of one property: it stops there, so a large value behind it is not read.
static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
{
    var reader = new Utf8JsonReader(json);
    while (!json.IsEmpty && reader.Read() && reader.TokenType != JsonTokenType.EndObject)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                return json[start..(int)reader.BytesConsumed];
            }
        }
    }

    return default;
}
