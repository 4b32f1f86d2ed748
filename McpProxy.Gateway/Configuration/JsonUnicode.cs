using System.Text.Json;

namespace McpProxy.Gateway.Configuration;

/// <summary>
/// Finds text that no string can hold: JSON may spell half of a surrogate pair (RFC 8259, section 8.2), and the parser does not look
/// whether bytes inside quotes are UTF-8.
/// </summary>
internal static class JsonUnicode
{
    /// <summary>Whether every name and every string in a value can be read.</summary>
    public static bool IsReadable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(property => CanRead(property, static item => item.Name) && IsReadable(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsReadable),
        JsonValueKind.String => CanRead(value, static item => item.GetString()),
        _ => true,
    };

    private static bool CanRead<T>(T item, Func<T, string?> read)
    {
        try
        {
            _ = read(item);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
