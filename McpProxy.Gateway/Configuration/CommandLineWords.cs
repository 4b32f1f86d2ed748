namespace McpProxy.Gateway.Configuration;

/// <summary>
/// Sorts the words of a command line into flags of ours and the words of the command (or the address), before
/// System.CommandLine sees them.
/// </summary>
/// <remarks>
/// <para>
/// The tool's users know the habits of Python's argparse, and System.CommandLine has others: it knows no abbreviations; a
/// repeated flag with two values keeps only one of them; a flag with many values swallows the command; a flag that it does
/// not know silently becomes a word of the command, wherever it stands.
/// </para>
/// <para>
/// The rule: before the command, every flag is ours, and one that we do not know is a mistake. From the command's first
/// word on, a flag of ours (by its full name) is still ours, and what we do not know is the command's. After <c>--</c>
/// nothing is ours.
/// </para>
/// </remarks>
internal sealed class CommandLineWords
{
    private readonly FlagSet _flags;
    private readonly IReadOnlyCollection<string> _bridgeVerbs;
    private readonly Queue<string> _rest;
    private readonly FlagValueReader _values;
    private readonly List<FlagUse> _uses = [];
    private readonly List<string> _operands = [];
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];
    private bool _commandHasFlags;

    private CommandLineWords(IEnumerable<string> args, FlagSet flags, IReadOnlyCollection<string> bridgeVerbs)
    {
        _rest = new(args);
        _flags = flags;
        _values = new(_rest, flags);
        _bridgeVerbs = bridgeVerbs;
    }

    /// <summary>The flags, in the order of use.</summary>
    public IReadOnlyList<FlagUse> Uses => _uses;

    /// <summary>The command and its arguments, or the address.</summary>
    public IReadOnlyList<string> Operands => _operands;

    /// <summary>Every mistake of usage.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What was understood, but perhaps not as it was meant.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Whether the operands ask for the bridge: an address, or one of its verbs.</summary>
    public bool IsForBridge { get; private set; }

    private bool InCommand => _operands.Count > 0 && !IsForBridge;

    /// <summary>A verb of the bridge with a command: what follows is the command's, whatever it looks like.</summary>
    private bool InVerbCommand => IsForBridge && _operands.Count > 1 && !IsAddress(_operands[0]) && !IsAddress(_operands[1]);

    /// <summary>Sorts the words.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="flags">Every flag that may be used, of either mode.</param>
    /// <param name="bridgeVerbs">First words that ask for the bridge, besides an address.</param>
    public static CommandLineWords Read(IEnumerable<string> args, FlagSet flags, IReadOnlyCollection<string> bridgeVerbs)
    {
        var words = new CommandLineWords(args, flags, bridgeVerbs);
        while (words._rest.TryDequeue(out var word))
        {
            words.Read(word);
        }

        return words;
    }

    /// <summary>Whether a word is an address, which starts the bridge.</summary>
    public static bool IsAddress(string word) =>
        word.StartsWith("http://", StringComparison.Ordinal) || word.StartsWith("https://", StringComparison.Ordinal);

    private void Read(string word)
    {
        if (InVerbCommand)
        {
            _operands.Add(word);
        }
        else if (word == "--")
        {
            // Only the first one is ours: a later one may be the command's, as in "-- npm run server -- --flag".
            while (_rest.TryDequeue(out var operand))
            {
                AddOperand(operand, mayBeVerb: false);
            }
        }
        else if (word.Length > 1 && word[0] == '-')
        {
            ReadFlag(word);
        }
        else
        {
            AddOperand(word, mayBeVerb: true);
        }
    }

    private void AddOperand(string word, bool mayBeVerb)
    {
        if (_operands.Count == 0)
        {
            IsForBridge = IsAddress(word) || (mayBeVerb && _bridgeVerbs.Contains(word));
        }

        _operands.Add(word);
    }

    private void ReadFlag(string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        var spelling = at > 0 ? word[..at] : word;
        var flag = _flags.Find(spelling);
        if (flag is null && !InCommand)
        {
            (flag, spelling) = Complete(spelling);
        }
        else if (InCommand && flag is not { ForGateway: true })
        {
            // Not ours, or only of use with an address: "npx server --transport stdio" means the server's own flag.
            _commandHasFlags = true;
            _operands.Add(word);
            return;
        }

        if (flag is not null)
        {
            Take(flag, spelling, at > 0 ? word[(at + 1)..] : null);
        }
    }

    private (Flag? Flag, string Spelling) Complete(string spelling)
    {
        var candidates = _flags.Complete(spelling);
        if (candidates.Count == 1)
        {
            return (_flags.Find(candidates[0]), candidates[0]);
        }

        _errors.Add(candidates.Count > 1
            ? $"ambiguous option: {spelling} could be {string.Join(", ", candidates)}"
            : $"unrecognized option: {spelling}. If it is the command's, it goes after the command; put -- before the command");
        return (null, spelling);
    }

    private void Take(Flag flag, string spelling, string? given)
    {
        if (_commandHasFlags)
        {
            _warnings.Add($"{spelling} is taken as an option of mcp-proxy; put -- before the command if it is the command's");
        }

        if (_values.Read(flag, spelling, given) is { } values)
        {
            _uses.Add(new FlagUse(flag, values));
        }
        else
        {
            _errors.Add($"{flag.DisplayName}: {FlagValueReader.Wanted(flag)}");
        }
    }
}
