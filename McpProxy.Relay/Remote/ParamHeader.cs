using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace McpProxy.Relay.Remote;

/// <summary>A tool's parameter that travels in a header, too (2026-07-28, basic/transports, Streamable HTTP, custom headers from tool parameters).</summary>
/// <param name="Name">The header's name.</param>
/// <param name="Path">The names of the properties that lead to the value, from the arguments on.</param>
internal sealed record ParamHeader(string Name, IReadOnlyList<string> Path)
{
    private const string Annotation = "x-mcp-header";
    private const string TokenSymbols = "!#$%&'*+-.^_`|~";
    private const long MaxSafeInteger = (1L << 53) - 1;

    /// <summary>Reads a tool's <c>inputSchema</c>.</summary>
    /// <returns>False when an annotation is against the rules: then none of them counts.</returns>
    public static bool TryReadAll(JsonElement schema, out IReadOnlyList<ParamHeader> headers, [NotNullWhen(false)] out string? mistake)
    {
        var found = new List<ParamHeader>();
        mistake = ReadProperties(schema, [], found);
        mistake ??= found.GroupBy(header => header.Name, StringComparer.OrdinalIgnoreCase).Any(same => same.Count() > 1) ? "two parameters name the same header" : null;
        headers = mistake is null ? found : [];
        return mistake is null;
    }

    /// <summary>The value in a call's arguments as text; null when there is none.</summary>
    public string? Read(JsonElement arguments)
    {
        var value = arguments;
        foreach (var name in Path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number when value.TryGetInt64(out var integer) => integer is >= -MaxSafeInteger and <= MaxSafeInteger ? value.GetRawText() : null,
            JsonValueKind.Number when value.TryGetDouble(out var number) && number == Math.Truncate(number) && Math.Abs(number) <= MaxSafeInteger =>
                ((long)number).ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    private static string? ReadProperties(JsonElement schema, IReadOnlyList<string> path, List<ParamHeader> found)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in properties.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Object))
        {
            IReadOnlyList<string> inner = [.. path, property.Name];
            var mistake = ReadAnnotation(property.Value, inner, found) ?? ReadProperties(property.Value, inner, found);
            if (mistake is not null)
            {
                return mistake;
            }
        }

        return null;
    }

    private static string? ReadAnnotation(JsonElement property, IReadOnlyList<string> path, List<ParamHeader> found)
    {
        if (!property.TryGetProperty(Annotation, out var annotation))
        {
            return null;
        }

        if (annotation.ValueKind != JsonValueKind.String || annotation.GetString() is not { Length: > 0 } name || !name.All(IsTokenLetter))
        {
            return $"\"{Annotation}\" must be a header name";
        }

        if (!property.TryGetProperty("type", out var type) || !IsPrimitive(type))
        {
            return $"\"{Annotation}\" stands at a parameter that is no string, integer or boolean";
        }

        found.Add(new ParamHeader($"Mcp-Param-{name}", path));
        return null;
    }

    private static bool IsPrimitive(JsonElement type) => type.ValueKind switch
    {
        JsonValueKind.String => type.GetString() is "string" or "integer" or "boolean",
        JsonValueKind.Array => type.EnumerateArray().All(each => each.ValueKind == JsonValueKind.String && each.GetString() is "string" or "integer" or "boolean" or "null"),
        _ => false,
    };

    private static bool IsTokenLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || TokenSymbols.Contains(letter);
}
