using System.CommandLine;

namespace McpProxy.Gateway.Configuration;

/// <summary>The command line of server mode.</summary>
/// <param name="bridgeFlags">Flags that only the bridge reads; they are told from operands, and have no effect here.</param>
/// <param name="bridgeVerbs">First words that ask for the bridge, besides an address.</param>
internal sealed class GatewayCommandLine(IEnumerable<Flag> bridgeFlags, IReadOnlyCollection<string> bridgeVerbs)
{
    // Package names start with "@", so "@file" is a word like any other; and "-iy" is a flag of the command, not two of ours.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly FlagSet _flags = new([.. GatewayFlags.All, .. bridgeFlags]);

    /// <summary>The command line of the gateway alone, which has no bridge to leave anything to.</summary>
    public GatewayCommandLine()
        : this([], [])
    {
    }

    /// <summary>Reads a command line. Never throws: mistakes are in the result.</summary>
    public GatewayArguments Parse(IEnumerable<string> args)
    {
        var words = CommandLineWords.Read(args, _flags, bridgeVerbs);
        var said = new GatewayArguments { Operands = words.Operands, Uses = words.Uses, IsForBridge = words.IsForBridge };
        if (said.Has(GatewayFlags.Help) || said.Has(GatewayFlags.Version))
        {
            return said with { ShowHelp = said.Has(GatewayFlags.Help), ShowVersion = !said.Has(GatewayFlags.Help) };
        }

        if (said.IsForBridge)
        {
            return said with { Errors = [.. words.Errors, .. Mistakes(words)] };
        }

        var model = new CommandLineModel();
        var result = model.Command.Parse(Canonical(words), Parsing);
        string[] errors = [.. words.Errors, .. result.Errors.Select(error => error.Message)];
        if (errors.Length > 0)
        {
            return said with { Errors = errors };
        }

        var settings = CommandLineSettings.Read(model, result);
        return said with
        {
            Configuration = settings.Values,
            Errors = settings.Errors,
            ErrorExitCode = settings.ErrorExitCode,
            Warnings = [.. words.Warnings, .. settings.Warnings, .. WithoutEffect(words)],
        };
    }

    /// <summary>What is wrong with the gateway's flags, though they have no effect: the bridge reads its own.</summary>
    private static IEnumerable<string> Mistakes(CommandLineWords words) =>
        from use in words.Uses
        where use.Flag is { ForGateway: true, Check: not null }
        from value in use.Values
        let wanted = use.Flag.Check!(value)
        where wanted is not null
        select $"{use.Flag.DisplayName}: '{value}' is not {wanted}";

    private static IEnumerable<string> WithoutEffect(CommandLineWords words) =>
        words.Uses.Where(use => !use.Flag.ForGateway).Select(use => use.Flag.DisplayName).Distinct(StringComparer.Ordinal)
            .Select(name => $"{name} has no effect without an address: it is for http://… and https://…");

    // What is left for the parser has one meaning only: full names, values behind "=", each single flag once, then "--".
    private static string[] Canonical(CommandLineWords words)
    {
        var uses = words.Uses.Where(use => use.Flag.ForGateway).ToList();
        var last = uses.GroupBy(use => use.Flag).ToDictionary(group => group.Key, group => group.Last());
        return
        [
            .. uses.Where(use => use.Flag.Repeats || ReferenceEquals(last[use.Flag], use)).SelectMany(CommandLineModel.ToWords),
            "--",
            .. words.Operands,
        ];
    }
}
