using System.CommandLine;
using System.CommandLine.Parsing;

namespace McpProxy.Gateway.Configuration;

/// <summary>The flags of server mode as System.CommandLine knows them.</summary>
internal sealed class CommandLineModel
{
    private readonly Dictionary<Flag, Option> _options = GatewayFlags.All.ToDictionary(flag => flag, ToOption);
    private readonly Argument<string[]> _operands = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };

    public CommandLineModel()
    {
        foreach (var option in _options.Values)
        {
            Command.Add(option);
        }

        Command.Add(_operands);
    }

    /// <summary>What to parse with.</summary>
    public Command Command { get; } = new("mcp-proxy");

    /// <summary>Every value that was given for a flag, in order; those of a pair alternate.</summary>
    public IReadOnlyList<string> Values(ParseResult result, Flag flag) =>
        result.GetResult(_options[flag])?.Tokens.Select(token => token.Value).ToList() ?? [];

    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Operands(ParseResult result) => result.GetValue(_operands) ?? [];

    /// <summary>A use of a flag in words that this model reads one way only.</summary>
    public static IEnumerable<string> ToWords(FlagUse use) =>
        // "--env=" would lose the empty value, and "--env" "--port" would lose the meaning.
        use.Values.SelectMany(value => value.Length == 0 ? [use.Flag.Name, value] : new[] { $"{use.Flag.Name}={value}" });

    private static Option ToOption(Flag flag)
    {
        Option option = flag.Values switch
        {
            FlagValues.None or FlagValues.Switch => new Option<bool>(flag.Name),
            _ when flag.Repeats => new Option<string[]>(flag.Name) { Arity = ArgumentArity.OneOrMore },
            _ => new Option<string>(flag.Name),
        };
        if (flag.Check is { } check)
        {
            option.Validators.Add(result => Check(result, flag, check));
        }

        return option;
    }

    private static void Check(OptionResult result, Flag flag, Func<string, string?> check)
    {
        foreach (var value in result.Tokens.Select(token => token.Value))
        {
            if (check(value) is { } wanted)
            {
                result.AddError($"{flag.DisplayName}: '{value}' is not {wanted}");
            }
        }
    }
}
