namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>Shell scripts that do everything to stay alive; none of them speaks the protocol.</summary>
internal sealed class BadServers : IDisposable
{
    private const string Stay = "while :; do sleep 1; done";

    private readonly ScriptFolder _folder = new("bad-servers-");

    /// <summary>Ignores the end of its stdin and SIGTERM.</summary>
    public string Stubborn => Script("stubborn", $"trap '' HUP INT TERM; {Stay}");

    /// <summary>Starts two stubborn children, and is gone before anybody has asked it for anything.</summary>
    public string LeavesChildren => Script("leaves-children", $"sh '{Stubborn}' & sh '{Stubborn}' & exit 0");

    /// <summary>Has a grandchild in a session of its own, whose parent has gone, and leaves at the end of its stdin.</summary>
    public string Daemon => Script("daemon", $"(setsid sh '{Stubborn}' &); cat >/dev/null");

    /// <summary>Has a child without an environment; both are stubborn.</summary>
    public string Bare => Script("bare", $"env -i PATH=\"$PATH\" sh '{Stubborn}' & trap '' HUP INT TERM; {Stay}");

    /// <summary>Writes to its stdout as fast as it can, and goes on when nobody reads.</summary>
    public string Flood => Script("flood", "trap '' HUP INT TERM PIPE; while :; do echo '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}'; done 2>/dev/null");

    /// <summary>Begins something else when its stdin ends.</summary>
    public string Successor => Script("successor", $"cat >/dev/null; setsid sh '{Stubborn}' &");

    /// <summary>Another gateway with a daemon of its own, which ignores the end of its stdin as gateways do.</summary>
    public string Nested(string gateway) => Script("nested", $"exec '{gateway}' --port 0 --named-server daemon \"sh '{Daemon}'\"");

    /// <summary>The flags that serve all of them.</summary>
    public IReadOnlyList<string> AllNamed =>
    [
        .. Named("stubborn", Stubborn), .. Named("leaves", LeavesChildren), .. Named("daemon", Daemon),
        .. Named("bare", Bare), .. Named("flood", Flood), .. Named("successor", Successor),
    ];

    /// <summary>The flags that serve one of them.</summary>
    public static IReadOnlyList<string> Named(string name, string script) => ["--named-server", name, Command(script)];

    public static string Command(string script) => $"sh '{script}'";

    public void Dispose() => _folder.Dispose();

    private string Script(string name, string text) => _folder.Script(name, text);
}
