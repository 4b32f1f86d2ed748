using McpProxy.AppHost.Gateway;
using McpProxy.AppHost.Model;

namespace McpProxy.AppHost.Clients;

/// <summary>Adds clients that try a gateway out. They are started by hand, and no part of a deployment.</summary>
internal static class ClientBuilderExtensions
{
    private const string InspectorEndpoint = "http";
    private const int InspectorPort = 6274;

    /// <summary>
    /// Adds <c>mcp-proxy check</c>: the bridge connects to the gateway, says what is there, and ends with exit code 0; that is the whole way,
    /// client, bridge, gateway, backend.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AddBridgeCheck(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> gateway) =>
        builder.AddProject<Projects.McpProxy_Bridge>(name)
            .WithArgs("check", Address(gateway))
            .WithReference(gateway)
            .WaitFor(gateway)
            .WithExplicitStart()
            .ExcludeFromManifest()
            .WithIconName("CheckmarkCircle");

    /// <summary>Adds the MCP Inspector, set to the gateway: a page from which tools can be called by hand.</summary>
    public static IResourceBuilder<ExecutableResource> AddMcpInspector(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> gateway)
    {
        var token = builder.AddParameter($"{name}-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true).ExcludeFromManifest();
        var inspector = builder.AddExecutable(name, "npx", ".", "-y", NpmPackage.Inspector);
        return inspector
            .WithArgs("--transport", "http", "--server-url", Address(gateway))
            .WithHttpEndpoint(port: InspectorPort, targetPort: InspectorPort, name: InspectorEndpoint, env: "CLIENT_PORT", isProxied: false)
            .WithEnvironment("MCP_AUTO_OPEN_ENABLED", "false")
            .WithEnvironment("MCP_INSPECTOR_API_TOKEN", token)
            .WithUrls(context => context.Urls.Clear())
            .WithUrl($"{inspector.GetEndpoint(InspectorEndpoint)}/?MCP_INSPECTOR_API_TOKEN={token}", "Inspector")
            .WithRequiredCommand("npx", "https://nodejs.org")
            .WaitFor(gateway)
            .WithExplicitStart()
            .ExcludeFromManifest()
            .WithIconName("Search");
    }

    private static ReferenceExpression Address(IResourceBuilder<ProjectResource> gateway) =>
        ReferenceExpression.Create($"{gateway.GetGatewayEndpoint()}{GatewayPath.Mcp(BackendName.Default)}");
}
