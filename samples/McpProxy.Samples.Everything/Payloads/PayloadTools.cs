using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Payloads;

/// <summary>Payloads that a test can compare with what it sent or asked for.</summary>
[McpServerToolType]
internal static class PayloadTools
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

    [McpServerTool(Name = "echo", ReadOnly = true, Idempotent = true)]
    [Description("Returns its argument: its JSON as text, and {\"value\": …} as structured content.")]
    public static CallToolResult Echo([Description("Any JSON value.")] JsonElement value) => new()
    {
        Content = [new TextContentBlock { Text = value.GetRawText() }],
        StructuredContent = JsonSerializer.SerializeToElement(new JsonObject { ["value"] = JsonNode.Parse(value.GetRawText()) }),
    };

    [McpServerTool(Name = "add", ReadOnly = true, Idempotent = true, UseStructuredContent = true)]
    [Description("Adds two numbers. Declares an output schema and returns structured content.")]
    public static double Add([Description("First number.")] double a, [Description("Second number.")] double b) => a + b;

    [McpServerTool(Name = "large_result", ReadOnly = true, Idempotent = true)]
    [Description("Returns a text of the given size: the alphabet 0-9a-zA-Z-_ over and over, so that a lost or moved byte shows.")]
    public static string LargeResult([Description("Size of the text in bytes, 0 to 67108864 (64 MB).")] int bytes)
    {
        if (bytes is < 0 or > MaxBytes)
        {
            throw new McpException($"bytes must be between 0 and {MaxBytes}.");
        }

        return string.Create(bytes, Alphabet, (text, alphabet) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = alphabet[i % alphabet.Length];
            }
        });
    }
}
