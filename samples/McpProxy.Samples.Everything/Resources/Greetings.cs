namespace McpProxy.Samples.Everything.Resources;

/// <summary>Greetings in the languages that the greeting template completes.</summary>
internal static class Greetings
{
    private static readonly Dictionary<string, string> ByLanguage = new(StringComparer.OrdinalIgnoreCase)
    {
        ["danish"] = "Hej",
        ["english"] = "Hello",
        ["french"] = "Bonjour",
        ["german"] = "Hallo",
        ["greek"] = "Γειά σου",
        ["japanese"] = "こんにちは",
    };

    public static IEnumerable<string> Languages => ByLanguage.Keys;

    public static string For(string language, string name) => $"{ByLanguage.GetValueOrDefault(language, "Hello")}, {name}!";
}
