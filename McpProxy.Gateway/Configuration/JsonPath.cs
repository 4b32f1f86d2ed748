using System.Text.Json;

namespace McpProxy.Gateway.Configuration;

/// <summary>Writes where a value stands in a JSON document: <c>mcpServers.fetch.args[2]</c>, <c>mcpServers["my server"]</c>.</summary>
internal static class JsonPath
{
    public static string Of(string name) => IsPlain(name) ? name : $"[{Quote(name)}]";

    public static string Of(string parent, string name) => IsPlain(name) ? $"{parent}.{name}" : $"{parent}[{Quote(name)}]";

    public static string Of(string parent, int index) => $"{parent}[{index}]";

    private static bool IsPlain(string name) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '$');

    private static string Quote(string name) => $"\"{JsonEncodedText.Encode(name)}\"";
}
