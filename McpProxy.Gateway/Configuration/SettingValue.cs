using System.Globalization;
using System.Reflection;

namespace McpProxy.Gateway.Configuration;

/// <summary>Translates a value as people write it into the one that the configuration binder reads, by the type of its property.</summary>
internal static class SettingValue
{
    /// <summary>Translates one value.</summary>
    /// <returns>The value for the binder, or null; and what it must be.</returns>
    public static (string? Value, string Wanted) Translate(PropertyInfo property, string text)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type switch
        {
            _ when type == typeof(string) => (text, ""),
            _ when type == typeof(TimeSpan) => (Duration(text), SettingText.WantedDuration),
            _ when type == typeof(bool) => (Switch(text), SettingText.WantedSwitch),
            _ when type == typeof(SharingMode) => (Sharing(text), SharingModeName.Wanted),
            _ when type == typeof(int) && property.Name.EndsWith("Bytes", StringComparison.Ordinal) => (Size(text), SettingText.WantedSize),
            _ when type == typeof(int) => (Number(text), SettingText.WantedNumber),
            _ => (null, "a list or an object, with a key for each element"),
        };
    }

    private static string? Duration(string text) =>
        SettingText.TryReadDuration(text, out var duration) ? duration.ToString("c", CultureInfo.InvariantCulture) : null;

    private static string? Switch(string text) => SettingText.TryReadSwitch(text, out var isOn) ? isOn.ToString() : null;

    private static string? Sharing(string text) => SharingModeName.TryRead(text, out var mode) ? mode.ToString() : null;

    private static string? Size(string text) =>
        SettingText.TryReadSize(text, out var bytes) ? bytes.ToString(CultureInfo.InvariantCulture) : null;

    private static string? Number(string text) =>
        SettingText.TryReadNumber(text, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null;
}
