using System.Globalization;

namespace McpProxy.Relay.Configuration;

/// <summary>
/// How settings are written, wherever they are written: the command line, <c>appsettings.json</c>, environment variables
/// and <c>servers.json</c> share one notation, and both hosts.
/// </summary>
public static class SettingText
{
    /// <summary>What a number looks like.</summary>
    public const string WantedNumber = "a whole number";

    /// <summary>What a switch looks like.</summary>
    public const string WantedSwitch = "true or false";

    /// <summary>What a duration looks like.</summary>
    public const string WantedDuration = "a duration such as 30s, 5m, 500ms, 1h, 90 (seconds) or 00:01:30";

    /// <summary>What a size looks like.</summary>
    public const string WantedSize = "a size such as 64MB, 512KB, 1MiB or 4096 (bytes)";

    private static readonly Dictionary<string, TimeSpan> DurationUnits = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = TimeSpan.FromSeconds(1),
        ["ms"] = TimeSpan.FromMilliseconds(1),
        ["s"] = TimeSpan.FromSeconds(1),
        ["m"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["d"] = TimeSpan.FromDays(1),
    };

    private static readonly Dictionary<string, long> SizeUnits = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1,
        ["B"] = 1,
        ["K"] = 1 << 10,
        ["M"] = 1 << 20,
        ["G"] = 1 << 30,
        ["KiB"] = 1 << 10,
        ["MiB"] = 1 << 20,
        ["GiB"] = 1 << 30,
        ["KB"] = 1_000,
        ["MB"] = 1_000_000,
        ["GB"] = 1_000_000_000,
    };

    /// <summary>Reads a whole number. One beyond 32 bits becomes the nearest that fits, which is outside every range of ours.</summary>
    public static bool TryReadNumber(string text, out int number)
    {
        var isNumber = long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value);
        number = (int)Math.Clamp(value, int.MinValue, int.MaxValue);
        return isNumber;
    }

    /// <summary>Reads a switch: true or false, or what environment variables often hold instead.</summary>
    public static bool TryReadSwitch(string text, out bool value)
    {
        value = text.ToUpperInvariant() is "TRUE" or "1" or "YES" or "ON";
        return value || text.ToUpperInvariant() is "FALSE" or "0" or "NO" or "OFF";
    }

    /// <summary>Reads a duration. A plain number is seconds, where <see cref="TimeSpan.Parse(string)"/> would see days.</summary>
    public static bool TryReadDuration(string text, out TimeSpan value)
    {
        text = text.Trim();
        if (text.Count(letter => letter == ':') == 2)
        {
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value) && value >= TimeSpan.Zero;
        }

        value = TimeSpan.Zero;
        if (!TrySplit(text, out var number, out var unit)
            || !DurationUnits.TryGetValue(unit, out var one)
            || number * one.Ticks > long.MaxValue)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)(number * one.Ticks));
        return true;
    }

    /// <summary>Reads a size in bytes. KB, MB and GB are powers of 1000; K, M and G, like KiB, MiB and GiB, are powers of 1024.</summary>
    public static bool TryReadSize(string text, out int bytes)
    {
        bytes = 0;
        if (!TrySplit(text.Trim(), out var number, out var unit) || !SizeUnits.TryGetValue(unit, out var one))
        {
            return false;
        }

        bytes = (int)Math.Min(number * one, int.MaxValue);
        return true;
    }

    private static bool TrySplit(string text, out decimal number, out string unit)
    {
        var digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        unit = text[digits..].TrimStart();
        // 15 digits are enough for anybody, and keep the products below from overflowing.
        number = 0;
        return digits is > 0 and <= 15
            && decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
