using McpProxy.AppHost.Model;

namespace McpProxy.AppHost.Gateway;

/// <summary>Adds the gateway to an application: one address for many MCP servers.</summary>
internal static class GatewayBuilderExtensions
{
    private const string Endpoint = "http";

    /// <summary>Adds a gateway without backends; it starts once it has one.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    public static IResourceBuilder<ProjectResource> AddMcpGateway(this IDistributedApplicationBuilder builder, string name)
    {
        // For an HTTP header, so without special characters.
        var key = builder.AddParameter("operator-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
        return builder.AddProject<Projects.McpProxy_Gateway>(name)
            .WithHttpEndpoint(name: Endpoint)
            .WithExternalHttpEndpoints()
            // A probe is a health check of the dashboard too; a second one for the same path is refused.
            .WithHttpProbe(ProbeType.Readiness, GatewayPath.Health, initialDelaySeconds: 1, periodSeconds: 5, timeoutSeconds: 3)
            .WithHttpProbe(ProbeType.Liveness, GatewayPath.Alive, initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6)
            .WithMcpServer(GatewayPath.Mcp(BackendName.Default), Endpoint)
            .WithEnvironment(GatewayVariable.OperatorKey, key)
            .WithAnnotation(new OperatorKeyAnnotation(key.Resource))
            .WithUrlForEndpoint(Endpoint, (ResourceUrlAnnotation url) => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
            .WithLink(GatewayPath.Status, "Status")
            .WithSessionsCommand()
            .WithIconName("PlugConnected");
    }

    /// <summary>Adds a backend that the gateway starts and speaks stdio with.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="name">The backend's name: <c>default</c> is served at the root, others below <c>/servers/NAME</c>.</param>
    /// <param name="command">A program on the <c>PATH</c>, or a path.</param>
    /// <param name="arguments">Its arguments, one element each; no shell reads them.</param>
    public static IResourceBuilder<ProjectResource> WithStdioBackend(
        this IResourceBuilder<ProjectResource> gateway, string name, string command, params string[] arguments)
    {
        foreach (var (variable, value) in GatewayVariable.ForCommand(name, command, arguments))
        {
            gateway.WithEnvironment(variable, value);
        }

        return gateway.WithRequiredCommand(command).WithBackend(name);
    }

    /// <summary>Adds a backend that speaks HTTP somewhere else.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="name">The backend's name: <c>default</c> is served at the root, others below <c>/servers/NAME</c>.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="transport"><c>http</c> or <c>sse</c>; null when the gateway is to find it out.</param>
    public static IResourceBuilder<ProjectResource> WithRemoteBackend(
        this IResourceBuilder<ProjectResource> gateway, string name, Uri address, string? transport = null)
    {
        foreach (var (variable, value) in GatewayVariable.ForAddress(name, address, transport))
        {
            gateway.WithEnvironment(variable, value);
        }

        return gateway.WithBackend(name);
    }

    /// <summary>Sends a token to a remote backend: <c>Authorization: Bearer …</c>.</summary>
    public static IResourceBuilder<ProjectResource> WithBackendToken(
        this IResourceBuilder<ProjectResource> gateway, string name, IResourceBuilder<ParameterResource> token) =>
        gateway.WithEnvironment(GatewayVariable.Header(name, "Authorization"), $"Bearer {token}");

    /// <summary>Sends a header to a remote backend, an API key for example.</summary>
    public static IResourceBuilder<ProjectResource> WithBackendHeader(
        this IResourceBuilder<ProjectResource> gateway, string name, string header, IResourceBuilder<ParameterResource> value) =>
        gateway.WithEnvironment(GatewayVariable.Header(name, header), value);

    /// <summary>Sets a variable in the environment of a stdio backend, which has few of the gateway's own.</summary>
    public static IResourceBuilder<ProjectResource> WithBackendVariable(
        this IResourceBuilder<ProjectResource> gateway, string name, string variable, IResourceBuilder<ParameterResource> value) =>
        gateway.WithEnvironment(GatewayVariable.Environment(name, variable), value);

    /// <summary>The gateway's address.</summary>
    public static EndpointReference GetGatewayEndpoint(this IResourceBuilder<ProjectResource> gateway) => gateway.GetEndpoint(Endpoint);

    private static IResourceBuilder<ProjectResource> WithBackend(this IResourceBuilder<ProjectResource> gateway, string name)
    {
        if (gateway.Resource.Annotations.OfType<BackendAnnotation>().Any(other => other.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidOperationException($"The gateway '{gateway.Resource.Name}' has a backend '{name}' already.");
        }

        return gateway
            .WithAnnotation(new BackendAnnotation(name))
            .WithLink(GatewayPath.Mcp(name), $"{name} (Streamable HTTP)")
            .WithLink(GatewayPath.Sse(name), $"{name} (HTTP+SSE)")
            .WithRestartCommand(name);
    }

    private static IResourceBuilder<ProjectResource> WithLink(this IResourceBuilder<ProjectResource> gateway, string path, string text) =>
        gateway.WithUrlForEndpoint(Endpoint, (EndpointReference _) => new ResourceUrlAnnotation { Url = path, DisplayText = text });
}
