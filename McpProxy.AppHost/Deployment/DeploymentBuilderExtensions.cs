using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Azure.Provisioning.AppContainers;
using McpProxy.AppHost.Model;

namespace McpProxy.AppHost.Deployment;

/// <summary>Says where a gateway runs when the application is published.</summary>
internal static class DeploymentBuilderExtensions
{
    private const string RepositoryRoot = "..";

    /// <summary>Publishes the gateway as the image of the repository's Dockerfile, which has what stdio servers start with: node and uv.</summary>
    public static void AddDeployment(this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> gateway, DeployOptions options)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        gateway.PublishAsDockerFile(container => container.WithDockerfile(RepositoryRoot));
        switch (options.Target)
        {
            case DeployTarget.Compose:
                builder.AddDockerComposeEnvironment("compose");
                gateway.PublishAsDockerComposeService((_, service) => Configure(service));
                break;
            case DeployTarget.Kubernetes:
                builder.AddKubernetesEnvironment("kubernetes");
                break;
            default:
                builder.AddAzureContainerAppEnvironment("azure");
                gateway.PublishAsAzureContainerApp((_, app) => Configure(app, options));
                break;
        }
    }

    // On loopback, because the gateway does not ask who calls. What does, and publishes it to others, belongs in front of it.
    private static void Configure(Service service)
    {
        service.Ports = ["127.0.0.1:8080:8080"];
        service.Restart = "unless-stopped";
    }

    // Never to zero: the children of a replica, its sessions and their streams go with it.
    private static void Configure(ContainerApp app, DeployOptions options)
    {
        app.Template.Scale.MinReplicas = 1;
        app.Template.Scale.MaxReplicas = options.MaxReplicas;
        app.Configuration.Ingress.StickySessionsAffinity = StickySessionAffinity.Sticky;
    }
}
