namespace McpProxy.Gateway.Configuration;

/// <summary>Collects what is to be said about a <c>servers.json</c> while it is read.</summary>
internal sealed class ServersFileNotes
{
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Errors => _errors;

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Notes a mistake, which disables the entry that it is in.</summary>
    public void Fail(string path, string mistake) => _errors.Add($"{path}: {mistake}");

    /// <summary>Notes what is ignored or doubtful.</summary>
    public void Warn(string path, string remark) => _warnings.Add($"{path}: {remark}");
}
