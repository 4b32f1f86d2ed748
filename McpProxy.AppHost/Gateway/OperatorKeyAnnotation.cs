namespace McpProxy.AppHost.Gateway;

/// <summary>Says by which key a gateway knows its operator.</summary>
internal sealed record OperatorKeyAnnotation(ParameterResource Key) : IResourceAnnotation;
