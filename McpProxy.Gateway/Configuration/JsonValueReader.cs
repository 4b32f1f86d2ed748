using System.Text.Json;

namespace McpProxy.Gateway.Configuration;

/// <summary>Reads values of a <c>servers.json</c>, fills environment variables in, and notes what is wrong with them.</summary>
/// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
/// <param name="notes">Takes the mistakes and remarks.</param>
internal sealed class JsonValueReader(Func<string, string?> variable, ServersFileNotes notes)
{
    /// <summary>Whether a mistake was found.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Notes a mistake.</summary>
    public void Fail(string path, string mistake)
    {
        HasFailed = true;
        notes.Fail(path, mistake);
    }

    /// <summary>The properties of an object, where the last one of a name counts and the others give a warning.</summary>
    public static IEnumerable<JsonProperty> LastOfEach(JsonElement owner, string path, ServersFileNotes notes)
    {
        foreach (var same in owner.EnumerateObject().GroupBy(property => property.Name, StringComparer.Ordinal))
        {
            if (same.Count() > 1)
            {
                notes.Warn(JsonPath.Of(path, same.Key), "given more than once; the last one counts");
            }

            yield return same.Last();
        }
    }

    /// <summary>Reads a string; null when it is wrong.</summary>
    public string? Text(JsonElement value, string path)
    {
        if (value.ValueKind is not JsonValueKind.String)
        {
            Fail(path, "must be a string");
            return null;
        }

        if (VariableText.Fill(value.GetString()!, variable, out var filled) is { } mistake)
        {
            Fail(path, mistake);
            return null;
        }

        if (filled.Contains('\0'))
        {
            Fail(path, "must not contain a NUL character: no command, path or address can"); // Path.GetFullPath would throw.
            return null;
        }

        return filled;
    }

    /// <summary>Reads a list of strings.</summary>
    public void List(JsonElement value, string path, IList<string> list)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            Fail(path, "must be a list of strings");
            return;
        }

        foreach (var (index, element) in value.EnumerateArray().Index())
        {
            list.Add(Text(element, JsonPath.Of(path, index)) ?? "");
        }
    }

    /// <summary>Reads an object whose values are strings.</summary>
    public void Map(JsonElement value, string path, IDictionary<string, string> map)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            Fail(path, "must be an object whose values are strings");
            return;
        }

        foreach (var property in LastOfEach(value, path, notes))
        {
            map[property.Name] = Text(property.Value, JsonPath.Of(path, property.Name)) ?? "";
        }
    }

    /// <summary>Reads a switch; null when it is wrong.</summary>
    public bool? Switch(JsonElement value, string path)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            Fail(path, $"must be {SettingText.WantedSwitch}");
            return null;
        }

        if (Text(value, path) is not { } text)
        {
            return null;
        }

        if (SettingText.TryReadSwitch(text, out var isOn))
        {
            return isOn;
        }

        Fail(path, $"must be {SettingText.WantedSwitch}");
        return null;
    }
}
