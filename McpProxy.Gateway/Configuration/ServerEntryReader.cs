using System.Text.Json;

namespace McpProxy.Gateway.Configuration;

/// <summary>Reads one entry of <c>mcpServers</c>, and notes every mistake in it.</summary>
internal sealed class ServerEntryReader
{
    // In place of a command or url that was there but is wrong, so that it is not reported as missing, too.
    private const string Unreadable = "http://unreadable";

    private readonly BackendOptions _backend = new();
    private readonly string _folder;
    private readonly JsonValueReader _values;
    private readonly ServersFileNotes _notes;

    private ServerEntryReader(string folder, Func<string, string?> variable, ServersFileNotes notes)
    {
        _folder = folder;
        _values = new(variable, notes);
        _notes = notes;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="entry">The entry and its name.</param>
    /// <param name="folder">Where a relative <c>cwd</c> starts.</param>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    /// <param name="notes">Takes the mistakes and remarks.</param>
    /// <returns>The backend; null when the entry is switched off or has a mistake.</returns>
    public static BackendOptions? Read(JsonProperty entry, string folder, Func<string, string?> variable, ServersFileNotes notes)
    {
        var path = JsonPath.Of("mcpServers", entry.Name);
        if (entry.Value.ValueKind is not JsonValueKind.Object)
        {
            notes.Fail(path, "must be an object");
            return null;
        }

        // What is switched off is not judged: it may be switched off because it is not complete.
        return IsOff(entry.Value) ? null : new ServerEntryReader(folder, variable, notes).Read(entry, path);
    }

    private static bool IsOff(JsonElement entry) =>
        (entry.TryGetProperty("enabled", out var enabled) && enabled.ValueKind is JsonValueKind.False)
        || (entry.TryGetProperty("disabled", out var disabled) && disabled.ValueKind is JsonValueKind.True);

    private BackendOptions? Read(JsonProperty entry, string path)
    {
        foreach (var property in JsonValueReader.LastOfEach(entry.Value, path, _notes))
        {
            // A key with null says nothing; several hosts write them.
            if (property.Value.ValueKind is not JsonValueKind.Null)
            {
                ReadKey(property, JsonPath.Of(path, property.Name));
            }
        }

        foreach (var (key, mistake) in BackendRules.Mistakes(entry.Name, _backend))
        {
            _values.Fail(key is null ? path : JsonPath.Of(path, char.ToLowerInvariant(key[0]) + key[1..]), mistake);
        }

        return _values.HasFailed || !_backend.IsEnabled ? null : _backend;
    }

    private void ReadKey(JsonProperty property, string path)
    {
        var value = property.Value;
        switch (property.Name)
        {
            case "command":
                _backend.Command = _values.Text(value, path) ?? Unreadable;
                break;
            case "args":
                _values.List(value, path, _backend.Args);
                break;
            case "env":
                _values.Map(value, path, _backend.Env);
                break;
            case "cwd":
                // Relative to the file, so that it means the same wherever the proxy is started from.
                _backend.Cwd = _values.Text(value, path) is { Length: > 0 } cwd ? Path.GetFullPath(cwd, _folder) : null;
                break;
            case "enabled":
                _backend.Enabled = _values.Switch(value, path) ?? true;
                break;
            case "disabled":
                _backend.Disabled = _values.Switch(value, path) ?? false;
                break;
            case "url":
                _backend.Url = _values.Text(value, path) ?? Unreadable;
                break;
            case "type" or "transport" or "transportType":
                ReadTransport(value, path);
                break;
            case "headers":
                _values.Map(value, path, _backend.Headers);
                break;
            case "timeout":
                ReadTimeout(value, path);
                break;
            case "sharing":
                ReadSharing(value, path);
                break;
            default:
                _notes.Warn(path, "unknown, and ignored");
                break;
        }
    }

    private void ReadTransport(JsonElement value, string path)
    {
        if (_values.Text(value, path) is not { } transport)
        {
            return;
        }

        if (BackendRules.Transports.Contains(transport, StringComparer.OrdinalIgnoreCase))
        {
            _backend.Transport = transport.ToLowerInvariant();
            return;
        }

        // Hosts write what they please here, and for a command it changes nothing.
        _notes.Warn(path, $"not one of {string.Join(", ", BackendRules.Transports)}; ignored");
    }

    private void ReadTimeout(JsonElement value, string path)
    {
        var text = value.ValueKind is JsonValueKind.Number ? value.GetRawText() : _values.Text(value, path);
        if (text is null)
        {
            return;
        }

        if (!SettingText.TryReadDuration(text, out var timeout))
        {
            _values.Fail(path, "must be a number of seconds");
        }
        else if (BackendRules.IsTimeout(timeout))
        {
            _backend.Timeout = timeout;
        }
        else
        {
            // Some hosts count milliseconds, and no server should be lost to that.
            _notes.Warn(path, $"must be {BackendRules.WantedTimeout}, in seconds; the default is used");
        }
    }

    private void ReadSharing(JsonElement value, string path)
    {
        if (_values.Text(value, path) is not { } text)
        {
            return;
        }

        if (SharingModeName.TryRead(text, out var mode))
        {
            _backend.Sharing = mode;
            return;
        }

        _values.Fail(path, $"must be {SharingModeName.Wanted}");
    }
}
