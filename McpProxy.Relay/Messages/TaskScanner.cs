using System.Text.Json;
using static McpProxy.Relay.Messages.MessageScanner;

namespace McpProxy.Relay.Messages;

/// <summary>Reads which tasks a result speaks of (MCP 2025-11-25, basic/utilities/tasks).</summary>
public static class TaskScanner
{
    /// <summary>Finds <c>result.tasks</c> in an answer to <c>tasks/list</c> that was scanned.</summary>
    /// <param name="json">The answer's bytes.</param>
    /// <param name="list">The whole list; empty when there is none.</param>
    /// <returns>Each task, and its id; that is empty when it has none.</returns>
    public static IReadOnlyList<(Slice Task, Slice Id)> ReadList(ReadOnlySpan<byte> json, out Slice list)
    {
        var reader = new Utf8JsonReader(json, Options);
        if (!Enter(ref reader, "result"u8) || !Seek(ref reader, "tasks"u8) || reader.TokenType != JsonTokenType.StartArray)
        {
            list = default;
            return [];
        }

        var listStart = (int)reader.TokenStartIndex;
        List<(Slice, Slice)> tasks = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            var id = reader.TokenType == JsonTokenType.StartObject ? ReadId(ref reader, default) : default;
            reader.Skip();
            tasks.Add((new Slice(start, (int)reader.BytesConsumed - start), id));
        }

        list = new Slice(listStart, (int)reader.BytesConsumed - listStart);
        return tasks;
    }

    /// <summary>Reads a task.</summary>
    /// <param name="reader">Stands at its opening brace, and afterwards at its closing one.</param>
    /// <param name="none">What is returned when it has no id.</param>
    /// <returns>The token of its id.</returns>
    internal static Slice ReadId(ref Utf8JsonReader reader, Slice none)
    {
        var id = none;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = JsonText.Is(ref reader, "taskId"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String && TokenSlice(ref reader) is { Length: <= MaxTokenBytes } token)
            {
                id = token;
            }

            reader.Skip();
        }

        return id;
    }
}
