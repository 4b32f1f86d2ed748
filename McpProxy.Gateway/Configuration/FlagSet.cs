namespace McpProxy.Gateway.Configuration;

/// <summary>Finds a flag by what was typed: its name, its letter, its <c>--no-</c> form, or an abbreviation that fits only one.</summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, Flag> _bySpelling = new(StringComparer.Ordinal);

    public FlagSet(IEnumerable<Flag> flags)
    {
        foreach (var flag in flags)
        {
            foreach (var spelling in new[] { flag.Name, flag.ShortName, flag.Negation })
            {
                if (spelling is not null)
                {
                    _bySpelling.Add(spelling, flag);
                }
            }
        }
    }

    /// <summary>Whether a word, up to its <c>=</c>, is exactly one of the spellings.</summary>
    public bool Knows(string word) => _bySpelling.ContainsKey(Spelling(word));

    /// <summary>Finds the flag that a spelling names exactly.</summary>
    public Flag? Find(string spelling) => _bySpelling.GetValueOrDefault(spelling);

    /// <summary>Completes an abbreviation.</summary>
    /// <returns>The full spellings that it may stand for: none, the one, or the candidates between which it cannot choose.</returns>
    /// <remarks>
    /// What the Python tool would complete is completed as it does, whatever flags we have added: <c>--pa</c> stays
    /// <c>--pass-environment</c>.
    /// </remarks>
    public IReadOnlyList<string> Complete(string abbreviation)
    {
        if (abbreviation.Length < 3 || !abbreviation.StartsWith("--", StringComparison.Ordinal))
        {
            return [];
        }

        var names = _bySpelling.Keys.Where(name => name.StartsWith(abbreviation, StringComparison.Ordinal));
        var candidates = names.Order(StringComparer.Ordinal).ToList();
        var inherited = candidates.Where(name => !_bySpelling[name].IsNew).ToList();
        return inherited.Count == 1 ? inherited : candidates;
    }

    private static string Spelling(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? word[..at] : word;
}
