using System.Buffers;
using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>The few messages that a proxy says itself.</summary>
public static class OwnMessages
{
    /// <summary>An error response (JSON-RPC 2.0, section 5.1).</summary>
    /// <param name="pool">Where its buffer comes from.</param>
    /// <param name="id">The request's id; none writes null.</param>
    /// <param name="code">The error code.</param>
    /// <param name="text">What is wrong and what to do about it.</param>
    public static Message Error(MessagePool pool, JsonToken id, int code, string text) => Write(pool, writer =>
    {
        WriteId(writer, id, nullWhenNone: true);
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, code);
        writer.WriteString("message"u8, text);
        writer.WriteEndObject();
    });

    /// <summary>A response with an empty result.</summary>
    public static Message EmptyResult(MessagePool pool, JsonToken id) => Write(pool, writer =>
    {
        WriteId(writer, id, nullWhenNone: false);
        writer.WriteStartObject("result"u8);
        writer.WriteEndObject();
    });

    /// <summary>A request, or without an id a notification.</summary>
    /// <param name="pool">Where its buffer comes from.</param>
    /// <param name="id">Its id; none makes a notification.</param>
    /// <param name="method">Its method.</param>
    /// <param name="writeParams">Writes the members of <c>params</c>; without it there are none.</param>
    public static Message Call(MessagePool pool, JsonToken id, string method, Action<Utf8JsonWriter>? writeParams = null) => Write(pool, writer =>
    {
        WriteId(writer, id, nullWhenNone: false);
        writer.WriteString("method"u8, method);
        if (writeParams is not null)
        {
            writer.WriteStartObject("params"u8);
            writeParams(writer);
            writer.WriteEndObject();
        }
    });

    /// <summary>The notification that cancels a request.</summary>
    public static Message Cancelled(MessagePool pool, JsonToken requestId, string reason) => Call(pool, default, "notifications/cancelled", writer =>
    {
        writer.WritePropertyName("requestId"u8);
        writer.WriteRawValue(requestId.ToArray(), skipInputValidation: true);
        writer.WriteString("reason"u8, reason);
    });

    private static Message Write(MessagePool pool, Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return MessageReader.Read(pool, buffer.WrittenSpan).Single
            ?? throw new InvalidOperationException("A message of our own is not a message.");
    }

    private static void WriteId(Utf8JsonWriter writer, JsonToken id, bool nullWhenNone)
    {
        if (!id.IsNone)
        {
            writer.WritePropertyName("id"u8);
            writer.WriteRawValue(id.ToArray(), skipInputValidation: true);
        }
        else if (nullWhenNone)
        {
            writer.WriteNull("id"u8);
        }
    }
}
