using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace McpProxy.FaultServer;

/// <summary>The faults that were asked for on the command line. They can be combined.</summary>
internal sealed record FaultOptions
{
    /// <summary><c>--exit-at-start CODE</c>: writes one line to stderr and exits.</summary>
    public int? ExitAtStart { get; private set; }

    /// <summary><c>--exit-after N</c>: exits with code 1 when a request comes after N were answered (<c>initialize</c> counts).</summary>
    public int? ExitAfter { get; private set; }

    /// <summary><c>--junk-stdout</c>: writes lines that are not JSON-RPC at the start and before every answer.</summary>
    public bool JunkStdout { get; private set; }

    /// <summary><c>--no-initialize</c>: never answers <c>initialize</c>.</summary>
    public bool NoInitialize { get; private set; }

    /// <summary><c>--slow-initialize MS</c>: answers <c>initialize</c> that late.</summary>
    public TimeSpan SlowInitialize { get; private set; }

    /// <summary><c>--ignore-eof</c>: goes on living when stdin has ended.</summary>
    public bool IgnoreEof { get; private set; }

    /// <summary><c>--ignore-sigterm</c>: goes on living after SIGTERM; a child inherits it.</summary>
    public bool IgnoreSigterm { get; private set; }

    /// <summary><c>--spawn-child</c>: starts a sleeping child, which holds our stdio open, and tells its id on stderr.</summary>
    public bool SpawnChild { get; private set; }

    /// <summary><c>--spawn-detached</c>: the same in a session of its own (Linux): signals to our group miss it.</summary>
    public bool SpawnDetached { get; private set; }

    /// <summary><c>--flood-stderr N</c>: writes N lines of over 100 bytes to stderr before it reads anything.</summary>
    public int FloodStderrLines { get; private set; }

    /// <summary><c>--flood-stdout N</c>: sends N <c>notifications/message</c> after every answer.</summary>
    public int FloodStdoutLines { get; private set; }

    /// <summary><c>--no-read</c>: reads nothing more after <c>initialize</c>.</summary>
    public bool NoRead { get; private set; }

    /// <summary><c>--legacy-version V</c>: the revision in the answer to <c>initialize</c>, instead of the one asked for.</summary>
    public string? LegacyVersion { get; private set; }

    /// <summary><c>--sleep</c>: does nothing, for ever.</summary>
    public bool Sleep { get; private set; }

    /// <summary><c>--modern</c>: also serves revision 2026-07-28: <c>server/discover</c>, and tools without a handshake.</summary>
    public bool Modern { get; private set; }

    /// <summary><c>--discover-crash</c>: exits with code 1 when it sees <c>server/discover</c>.</summary>
    public bool DiscoverCrash { get; private set; }

    /// <summary><c>--batch</c>: wraps every answer in a JSON array.</summary>
    public bool Batch { get; private set; }

    /// <summary><c>--pretty-crlf</c>: puts spaces and tabs between tokens and ends lines with CR LF.</summary>
    public bool PrettyCrlf { get; private set; }

    /// <summary><c>--unicode-escape</c>: writes ids and progress tokens as a Python server does, not as they came.</summary>
    public bool UnicodeEscape { get; private set; }

    public static bool TryParse(string[] args, out FaultOptions options, [NotNullWhen(false)] out string? mistake)
    {
        options = new FaultOptions();
        var rest = new Queue<string>(args);
        try
        {
            while (rest.TryDequeue(out var flag))
            {
                options.Apply(flag, rest);
            }
        }
        catch (FormatException ex)
        {
            mistake = $"fault-server: {ex.Message}";
            return false;
        }

        mistake = null;
        return true;
    }

    private void Apply(string flag, Queue<string> rest)
    {
        switch (flag)
        {
            case "--exit-at-start": ExitAtStart = Number(flag, rest); break;
            case "--exit-after": ExitAfter = Number(flag, rest); break;
            case "--junk-stdout": JunkStdout = true; break;
            case "--no-initialize": NoInitialize = true; break;
            case "--slow-initialize": SlowInitialize = TimeSpan.FromMilliseconds(Number(flag, rest)); break;
            case "--ignore-eof": IgnoreEof = true; break;
            case "--ignore-sigterm": IgnoreSigterm = true; break;
            case "--spawn-child": SpawnChild = true; break;
            case "--spawn-detached": SpawnDetached = true; break;
            case "--flood-stderr": FloodStderrLines = Number(flag, rest); break;
            case "--flood-stdout": FloodStdoutLines = Number(flag, rest); break;
            case "--no-read": NoRead = true; break;
            case "--legacy-version": LegacyVersion = Value(flag, rest); break;
            case "--sleep": Sleep = true; break;
            case "--modern": Modern = true; break;
            case "--discover-crash": DiscoverCrash = true; break;
            case "--batch": Batch = true; break;
            case "--pretty-crlf": PrettyCrlf = true; break;
            case "--unicode-escape": UnicodeEscape = true; break;
            default: throw new FormatException($"unknown flag {flag}");
        }
    }

    private static int Number(string flag, Queue<string> rest) =>
        int.TryParse(Value(flag, rest), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{flag} needs a number");

    private static string Value(string flag, Queue<string> rest) =>
        rest.TryDequeue(out var value) ? value : throw new FormatException($"{flag} needs a value");
}
