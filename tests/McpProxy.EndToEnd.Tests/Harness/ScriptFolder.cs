namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>A folder of shell scripts, which is deleted with it.</summary>
/// <param name="prefix">What its name begins with.</param>
internal sealed class ScriptFolder(string prefix) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory(prefix);

    /// <summary>Writes a script, once.</summary>
    /// <returns>Its path.</returns>
    public string Script(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, $"{name}.sh");
        if (!File.Exists(path))
        {
            File.WriteAllText(path, $"{text}\n");
        }

        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
