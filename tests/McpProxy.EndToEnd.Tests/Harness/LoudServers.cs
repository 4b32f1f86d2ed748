namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>Shell scripts that answer the handshake and then write as fast as they can, until nobody reads any more.</summary>
internal sealed class LoudServers : IDisposable
{
    private const string Handshake =
        """
        IFS= read -r line || exit 0
        id=${line#*\"id\":}; id=${id%%[,\}]*}
        printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"logging":{}},"serverInfo":{"name":"loud","version":"1"}}}\n' "$id"

        """;

    private readonly ScriptFolder _folder = new("loud-servers-");

    /// <summary>Writes to its stdout what is no message.</summary>
    public string Garbage => Script("garbage", "exec yes 'not a message'");

    /// <summary>Writes notifications to its stdout.</summary>
    public string Notifications => Script(
        "notifications", """exec yes '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"loud"}}'""");

    /// <summary>Writes to its stderr.</summary>
    public string Errors => Script("errors", "exec yes 'not an error' >&2");

    public string Named(string name) => name switch
    {
        nameof(Garbage) => Garbage,
        nameof(Notifications) => Notifications,
        nameof(Errors) => Errors,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such server."),
    };

    public void Dispose() => _folder.Dispose();

    private string Script(string name, string text) => _folder.Script(name, Handshake + text);
}
