namespace McpProxy.AppHost.Model;

/// <summary>Where the gateway serves what.</summary>
internal static class GatewayPath
{
    /// <summary>What runs there, for people and monitors.</summary>
    public const string Status = "/status";

    /// <summary>Whether the gateway can serve: for readiness probes.</summary>
    public const string Health = "/health";

    /// <summary>Whether the process answers: for liveness probes.</summary>
    public const string Alive = "/alive";

    /// <summary>A backend over Streamable HTTP.</summary>
    public static string Mcp(string backend) => $"{Root(backend)}/mcp";

    /// <summary>A backend over HTTP+SSE.</summary>
    public static string Sse(string backend) => $"{Root(backend)}/sse";

    private static string Root(string backend) => BackendName.Check(backend) == BackendName.Default ? "" : $"/servers/{backend}";
}
