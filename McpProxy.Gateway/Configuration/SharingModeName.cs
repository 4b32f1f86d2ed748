namespace McpProxy.Gateway.Configuration;

/// <summary>The names of sharing modes.</summary>
internal static class SharingModeName
{
    public const string Wanted = "auto, dedicated or shared";

    /// <summary>Reads a mode by its name, in any case; never by its number.</summary>
    public static bool TryRead(string text, out SharingMode mode)
    {
        mode = Enum.GetValues<SharingMode>().FirstOrDefault(value => IsNamed(value, text));
        return IsNamed(mode, text);
    }

    private static bool IsNamed(SharingMode mode, string text) => mode.ToString().Equals(text, StringComparison.OrdinalIgnoreCase);
}
