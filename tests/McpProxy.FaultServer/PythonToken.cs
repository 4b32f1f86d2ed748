using System.Globalization;
using System.Text;
using System.Text.Json;

namespace McpProxy.FaultServer;

/// <summary>Writes a JSON token as a Python server does that has parsed it and prints it again.</summary>
internal static class PythonToken
{
    /// <summary>Returns a string with all but ASCII escaped in lower case; a whole number without fraction or exponent.</summary>
    public static string Reserialize(string token)
    {
        using var document = JsonDocument.Parse(token);
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.String => Quote(document.RootElement.GetString()!),
            JsonValueKind.Number when document.RootElement.TryGetDecimal(out var number) && number == decimal.Truncate(number) =>
                decimal.Truncate(number).ToString(CultureInfo.InvariantCulture),
            _ => token,
        };
    }

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => text.Append(unit),
            };
        }

        return text.Append('"').ToString();
    }
}
