using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace McpProxy.Soak;

/// <summary>What the command line asks for.</summary>
internal sealed record SoakOptions
{
    /// <summary><c>--seed N</c>: what every session does follows from it and from the session's number.</summary>
    public int Seed { get; private set; } = 1;

    /// <summary><c>--sessions N</c>: how many sessions are driven. Default: 300, or no limit when there is a duration.</summary>
    public int? Sessions { get; private set; }

    /// <summary><c>--duration 90s|10m|1h</c>: new sessions are begun for so long.</summary>
    public TimeSpan? Duration { get; private set; }

    /// <summary><c>--parallel N</c>: how many sessions there are at once.</summary>
    public int Parallel { get; private set; } = 12;

    /// <summary><c>--idle SECONDS</c>: how long the gateways keep a session whose client is gone.</summary>
    public int IdleSeconds { get; private set; } = 8;

    /// <summary><c>--json FILE</c>: where the report goes as JSON.</summary>
    public string? JsonFile { get; private set; }

    /// <summary><c>--logs FOLDER</c>: where the programs' stderr goes.</summary>
    public string? LogFolder { get; private set; }

    public static bool TryParse(string[] args, out SoakOptions options, [NotNullWhen(false)] out string? mistake)
    {
        options = new SoakOptions();
        mistake = null;
        var rest = new Queue<string>(args);
        try
        {
            while (rest.TryDequeue(out var flag))
            {
                options.Apply(flag, rest.TryDequeue(out var value) ? value : throw new FormatException($"{flag} needs a value"));
            }
        }
        catch (FormatException e)
        {
            mistake = $"soak: {e.Message}";
            return false;
        }

        options.Sessions ??= options.Duration is null ? 300 : null;
        return true;
    }

    private void Apply(string flag, string value)
    {
        switch (flag)
        {
            case "--seed": Seed = Number(flag, value); break;
            case "--sessions": Sessions = Number(flag, value); break;
            case "--duration": Duration = Time(flag, value); break;
            case "--parallel": Parallel = Math.Max(1, Number(flag, value)); break;
            case "--idle": IdleSeconds = Math.Max(1, Number(flag, value)); break;
            case "--json": JsonFile = value; break;
            case "--logs": LogFolder = value; break;
            default: throw new FormatException($"unknown flag {flag}");
        }
    }

    private static int Number(string flag, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{flag} needs a number");

    private static TimeSpan Time(string flag, string value) => value is [.., var unit] && TimeSpan.FromSeconds(1) * (unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 }) is var one && one > TimeSpan.Zero
        ? Number(flag, value[..^1]) * one
        : throw new FormatException($"{flag} needs a time such as 90s, 10m or 1h");
}
