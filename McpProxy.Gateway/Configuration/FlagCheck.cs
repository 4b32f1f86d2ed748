namespace McpProxy.Gateway.Configuration;

/// <summary>What a flag accepts: each check says what a value must be when it is not that, and is silent otherwise.</summary>
internal static class FlagCheck
{
    public static string? WholeNumber(string text) => SettingText.TryReadNumber(text, out _) ? null : SettingText.WantedNumber;

    public static string? Duration(string text) => SettingText.TryReadDuration(text, out _) ? null : SettingText.WantedDuration;

    public static string? Size(string text) => SettingText.TryReadSize(text, out _) ? null : SettingText.WantedSize;

    public static string? Sharing(string text) => SharingModeName.TryRead(text, out _) ? null : SharingModeName.Wanted;

    public static string? LogLevel(string text) => LogLevelName.TryRead(text, out _) ? null : LogLevelName.Wanted;
}
