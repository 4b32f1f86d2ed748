namespace McpProxy.Gateway.Configuration;

/// <summary>Takes the values of a flag from the words that follow it.</summary>
/// <param name="rest">The words that are left.</param>
/// <param name="flags">Tells a flag from a value.</param>
internal sealed class FlagValueReader(Queue<string> rest, FlagSet flags)
{
    /// <summary>Takes the values of one use.</summary>
    /// <param name="flag">The flag.</param>
    /// <param name="spelling">What was typed for it, in full.</param>
    /// <param name="given">What stands behind <c>=</c>, if anything does.</param>
    /// <returns>The values; null when they are not there, or too many.</returns>
    public IReadOnlyList<string>? Read(Flag flag, string spelling, string? given) => (flag.Values, given) switch
    {
        (FlagValues.None, _) => given is null ? [] : null,
        (FlagValues.Switch, _) => Switch(given, isOn: spelling == flag.Name),
        (FlagValues.Pair, _) => given is null ? Pair() : null,
        (_, not null) => [given],
        (FlagValues.Optional, _) => rest.TryPeek(out var next) && CommandLineWords.IsAddress(next) ? [] : One() ?? [],
        (FlagValues.Origins, _) => Origins(),
        _ => One(),
    };

    /// <summary>Says what a flag takes, to one who gave it something else.</summary>
    public static string Wanted(Flag flag) => flag.Values switch
    {
        FlagValues.None => "takes no value",
        FlagValues.Switch => $"takes no value, or {SettingText.WantedSwitch}",
        FlagValues.Pair => "takes two values, as two words without '='",
        _ => "takes a value",
    };

    private static string[]? Switch(string? given, bool isOn)
    {
        if (given is null)
        {
            return [isOn ? "true" : "false"];
        }

        return isOn && SettingText.TryReadSwitch(given, out var value) ? [value ? "true" : "false"] : null;
    }

    private string[]? One() => rest.TryPeek(out var next) && IsValue(next) ? [rest.Dequeue()] : null;

    private string[]? Pair()
    {
        if (One() is not [var first])
        {
            return null;
        }

        // The second one has no other spelling than this, so it may start with dashes: -e NODE_OPTIONS --max-old-space-size=4096
        return rest.TryPeek(out var second) && second != "--" && !flags.Knows(second) ? [first, rest.Dequeue()] : null;
    }

    private string[]? Origins()
    {
        if (One() is not { } origins)
        {
            return null;
        }

        while (rest.TryPeek(out var next) && Origin.IsOrigin(next))
        {
            origins = [.. origins, rest.Dequeue()];
        }

        return origins;
    }

    private bool IsValue(string word) => !word.StartsWith("--", StringComparison.Ordinal) && !flags.Knows(word);
}
