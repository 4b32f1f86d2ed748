namespace McpProxy.AppHost.Model;

/// <summary>What the application is published for.</summary>
internal enum DeployTarget
{
    /// <summary>Azure Container Apps: what <c>azd up</c> deploys.</summary>
    Azure,

    /// <summary>A Docker Compose file.</summary>
    Compose,

    /// <summary>A Helm chart.</summary>
    Kubernetes,
}
