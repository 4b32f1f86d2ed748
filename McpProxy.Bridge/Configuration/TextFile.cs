namespace McpProxy.Bridge.Configuration;

/// <summary>Reads the small files that a command line names.</summary>
internal static class TextFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads a file as UTF-8.</summary>
    /// <returns>Its text; null, and an error, when it cannot be read.</returns>
    public static string? Read(string flag, string path, List<string> errors)
    {
        try
        {
            if (new FileInfo(path).Length <= MaxBytes)
            {
                return File.ReadAllText(path);
            }

            errors.Add($"{flag}: {path} is too large");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add($"{flag}: {path} cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}");
        }

        return null;
    }
}
