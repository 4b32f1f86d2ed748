using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace McpProxy.AppHost.Tests;

public sealed class AppModelTests
{
    [Fact]
    public async Task Model_HasTheGateway_WithHttpEndpoint()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.McpProxy_AppHost>(TestContext.Current.CancellationToken);

        var gateway = Assert.Single(builder.Resources.OfType<ProjectResource>(), resource => resource.Name == "gateway");

        Assert.Contains(gateway.Annotations.OfType<EndpointAnnotation>(), endpoint => endpoint.IsExternal);
        Assert.NotEmpty(gateway.Annotations.OfType<HealthCheckAnnotation>());
    }
}
