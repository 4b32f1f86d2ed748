namespace McpProxy.AppHost.Gateway;

/// <summary>Says that a gateway has a backend of this name.</summary>
internal sealed record BackendAnnotation(string Name) : IResourceAnnotation;
