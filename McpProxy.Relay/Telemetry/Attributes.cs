namespace McpProxy.Relay.Telemetry;

/// <summary>Names of attributes: OpenTelemetry semantic conventions, and ours for what they have no word for.</summary>
public static class Attributes
{
    /// <summary>The name of a backend, as the configuration has it.</summary>
    public const string Backend = "mcp_proxy.backend";

    /// <summary>The id of the session between a client and a server over HTTP.</summary>
    public const string Session = "mcp.session.id";

    /// <summary><c>pipe</c> for stdio, <c>tcp</c> for HTTP.</summary>
    public const string Transport = "network.transport";

    /// <summary>The protocol revision, such as <c>2025-11-25</c>.</summary>
    public const string Revision = "mcp.protocol.version";

    /// <summary><see cref="Transport"/> of stdio.</summary>
    public const string Pipe = "pipe";

    /// <summary><see cref="Transport"/> of HTTP.</summary>
    public const string Tcp = "tcp";

    internal const string Method = "mcp.method.name";
    internal const string RequestId = "jsonrpc.request.id";
    internal const string Tool = "gen_ai.tool.name";
    internal const string Prompt = "gen_ai.prompt.name";
    internal const string Resource = "mcp.resource.uri";
    internal const string GenAiOperation = "gen_ai.operation.name";
    internal const string ErrorType = "error.type";
    internal const string StatusCode = "rpc.response.status_code";
    internal const string ServerAddress = "server.address";
    internal const string ServerPort = "server.port";
}
