using System.Globalization;
using System.Text;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>Finds processes by a variable in their environment: whatever became of their parents, children inherit it.</summary>
internal static class MarkedProcesses
{
    /// <summary>Where they can be found at all.</summary>
    public static bool CanBeFound => OperatingSystem.IsLinux();

    /// <summary>The ids of those that run and have <c>NAME=VALUE</c>.</summary>
    public static IReadOnlyList<int> Find(string name, string value)
    {
        if (!CanBeFound)
        {
            return [];
        }

        var variable = Encoding.UTF8.GetBytes($"{name}={value}");
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Environ(id).AsSpan().IndexOf(variable) >= 0)
            .Order()];
    }

    // Of a zombie it is empty.
    private static byte[] Environ(int id)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
