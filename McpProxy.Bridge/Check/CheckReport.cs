using System.Text.Encodings.Web;
using System.Text.Json;

namespace McpProxy.Bridge.Check;

/// <summary>What a check found out, so far as it came.</summary>
/// <param name="Target">What was checked: the address, or the command without its arguments.</param>
internal sealed record CheckReport(string Target)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The step that failed; null when all went well.</summary>
    public CheckStep? FailedStep { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The transport.</summary>
    public string? Transport { get; init; }

    /// <summary>How the caller was authenticated.</summary>
    public string? Auth { get; init; }

    /// <summary>The protocol revision that both speak.</summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>The server's name.</summary>
    public string? ServerName { get; init; }

    /// <summary>The server's version.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>How many tools there are; null when the server offers none.</summary>
    public int? Tools { get; init; }

    /// <summary>How many prompts there are; null when the server offers none.</summary>
    public int? Prompts { get; init; }

    /// <summary>How many resources there are; null when the server offers none.</summary>
    public int? Resources { get; init; }

    /// <summary>How long a request and its answer took.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>A table for a person.</summary>
    public string ToText()
    {
        var rows = new (string Name, string? Value)[]
        {
            ("transport", Transport),
            ("revision", ProtocolVersion),
            ("auth", Auth),
            ("server", ServerName is null ? null : $"{ServerName} {ServerVersion}".TrimEnd()),
            ("tools", Count(Tools)),
            ("prompts", Count(Prompts)),
            ("resources", Count(Resources)),
            ("round trip", RoundTrip is { } time ? FormattableString.Invariant($"{time.TotalMilliseconds:0.0} ms") : null),
        };
        var table = string.Concat(rows.Where(row => row.Value is not null).Select(row => $"  {row.Name,-12}{row.Value}\n"));
        return FailedStep is null
            ? $"{Target}: it works\n{table}"
            : $"{Target}: it does not work\n{table}  {"failed at",-12}{Name(FailedStep.Value)}\n  {"why",-12}{Error}\n";

        string? Count(int? count) => ProtocolVersion is null ? null : count?.ToString() ?? (FailedStep is null ? "not offered" : null);
    }

    /// <summary>The same for a program.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            Write(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static string Name(CheckStep step) => step.ToString().ToLowerInvariant();

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("ok", FailedStep is null);
        writer.WriteString("target", Target);
        if (FailedStep is { } step)
        {
            writer.WriteString("step", Name(step));
            writer.WriteString("error", Error);
        }

        writer.WriteString("transport", Transport);
        writer.WriteString("protocolVersion", ProtocolVersion);
        writer.WriteString("auth", Auth);
        writer.WriteStartObject("server");
        writer.WriteString("name", ServerName);
        writer.WriteString("version", ServerVersion);
        writer.WriteEndObject();
        WriteCount(writer, "tools", Tools);
        WriteCount(writer, "prompts", Prompts);
        WriteCount(writer, "resources", Resources);
        if (RoundTrip is { } time)
        {
            writer.WriteNumber("roundTripMs", Math.Round(time.TotalMilliseconds, 1));
        }

        writer.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter writer, string name, int? count)
    {
        if (count is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
