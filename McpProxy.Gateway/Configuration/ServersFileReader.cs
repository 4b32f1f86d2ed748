using System.Security.Cryptography;
using System.Text.Json;

namespace McpProxy.Gateway.Configuration;

/// <summary>Reads a <c>servers.json</c>: the <c>mcpServers</c> object that MCP hosts use, with comments and trailing commas.</summary>
/// <param name="path">The file; a relative path starts at the working directory.</param>
/// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
internal sealed class ServersFileReader(string path, Func<string, string?> variable)
{
    private const string Missing = "missing";
    private const string Unreadable = "unreadable";

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The file, as an absolute path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Reads and checks the file. Never throws: what is wrong is in the result.</summary>
    public ServersFile Read()
    {
        var (content, fingerprint) = ReadContent();
        var file = new ServersFile(Path, fingerprint);
        if (content is null)
        {
            return file with { Failure = $"{Path}: {(fingerprint == Missing ? "no such file" : "cannot be read; see its permissions")}" };
        }

        try
        {
            using var document = JsonDocument.Parse(WithoutMark(content), Json);
            return JsonUnicode.IsReadable(document.RootElement)
                ? Read(file, document.RootElement)
                : file with { Failure = $"{Path}: holds text that is not Unicode: half of a surrogate pair, or bytes that are not UTF-8" };
        }
        catch (JsonException exception)
        {
            // Not the exception's own text: it quotes the file, which may hold secrets.
            var position = $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}";
            return file with { Failure = $"{Path}: not valid JSON at {position}" };
        }
    }

    /// <summary>Tells whether the file has changed without looking into it.</summary>
    public string ReadFingerprint() => ReadContent().Fingerprint;

    private ServersFile Read(ServersFile file, JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object
            || !root.TryGetProperty("mcpServers", out var servers)
            || servers.ValueKind is not JsonValueKind.Object)
        {
            return file with { Failure = $"{Path}: must be an object with an object \"mcpServers\" in it" };
        }

        var notes = new ServersFileNotes();
        foreach (var property in root.EnumerateObject().Where(property => property.Name is not ("mcpServers" or "$schema")))
        {
            notes.Warn(JsonPath.Of(property.Name), "unknown, and ignored");
        }

        var folder = System.IO.Path.GetDirectoryName(Path)!;
        var backends = new Dictionary<string, BackendOptions>(StringComparer.Ordinal);
        foreach (var entry in JsonValueReader.LastOfEach(servers, "mcpServers", notes))
        {
            if (ServerEntryReader.Read(entry, folder, variable, notes) is { } backend)
            {
                backends[entry.Name] = backend;
            }
        }

        return file with { Backends = backends, Errors = notes.Errors, Warnings = notes.Warnings };
    }

    private (byte[]? Content, string Fingerprint) ReadContent()
    {
        try
        {
            var content = File.ReadAllBytes(Path);
            return (content, Convert.ToHexString(SHA256.HashData(content)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, Missing);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, Unreadable);
        }
    }

    // Windows editors begin a UTF-8 file with a byte order mark, which is not JSON.
    private static ReadOnlyMemory<byte> WithoutMark(byte[] content) =>
        content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;
}
