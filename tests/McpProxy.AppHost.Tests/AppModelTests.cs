using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.AppHost.Tests;

/// <summary>The application as it is declared; nothing is started.</summary>
public sealed class AppModelTests
{
    [Fact]
    public async Task Gateway_HasOneHttpEndpoint_ForTheOutside()
    {
        await using var builder = await CreateAsync();

        var endpoint = Assert.Single(Gateway(builder).Annotations.OfType<EndpointAnnotation>());
        Assert.Equal("http", endpoint.Name);
        Assert.True(endpoint.IsExternal);
    }

    [Fact]
    public async Task Gateway_IsProbed_AndSoChecked()
    {
        await using var builder = await CreateAsync();

        var probes = Gateway(builder).Annotations.OfType<EndpointProbeAnnotation>().ToDictionary(probe => probe.Type, probe => probe.Path);
        Assert.Equal("/health", probes[ProbeType.Readiness]);
        Assert.Equal("/alive", probes[ProbeType.Liveness]);
        Assert.Equal(probes.Count, Gateway(builder).Annotations.OfType<HealthCheckAnnotation>().Count());
    }

    [Fact]
    public async Task Gateway_SampleServerIsItsDefaultBackend()
    {
        await using var builder = await CreateAsync();

        var environment = await GetEnvironmentAsync(Gateway(builder));

        Assert.Equal("dotnet", environment["McpProxy__Backends__default__Command"]);
        Assert.True(File.Exists(environment["McpProxy__Backends__default__Args__0"]));
        Assert.DoesNotContain(environment.Keys, key => key.StartsWith("McpProxy__Backends__npm", StringComparison.Ordinal));
        Assert.DoesNotContain(environment.Keys, key => key.StartsWith("McpProxy__Backends__remote", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gateway_BackendsThatAreConfigured_AreItsToo()
    {
        await using var builder = await CreateAsync("Backends:Npm=true", "Backends:Url=https://example.com/mcp", "Backends:UrlNeedsToken=true");

        var environment = await GetEnvironmentAsync(Gateway(builder));

        Assert.Equal("npx", environment["McpProxy__Backends__npm__Command"]);
        Assert.Equal("-y", environment["McpProxy__Backends__npm__Args__0"]);
        Assert.StartsWith("@modelcontextprotocol/server-everything@", environment["McpProxy__Backends__npm__Args__1"], StringComparison.Ordinal);
        Assert.Equal("https://example.com/mcp", environment["McpProxy__Backends__remote__Url"]);
        Assert.Equal("Bearer {remote-token.value}", environment["McpProxy__Backends__remote__Headers__Authorization"]);
    }

    [Fact]
    public async Task Gateway_OperatorKey_IsAGeneratedSecret()
    {
        await using var builder = await CreateAsync();

        var key = Assert.Single(builder.Resources.OfType<ParameterResource>(), parameter => parameter.Name == "operator-key");

        Assert.True(key.Secret);
        Assert.IsType<GenerateParameterDefault>(key.Default);
        Assert.Equal("{operator-key.value}", (await GetEnvironmentAsync(Gateway(builder)))["McpProxy__OperatorKey"]);
    }

    [Fact]
    public async Task Gateway_HasACommandForEachBackend_AndOneForItsSessions()
    {
        await using var builder = await CreateAsync("Backends:Npm=true");

        var commands = Gateway(builder).Annotations.OfType<ResourceCommandAnnotation>().ToDictionary(command => command.Name, command => command.DisplayName);

        Assert.Equal("Show sessions", commands["sessions"]);
        Assert.Equal("Restart backend default", commands["restart-default"]);
        Assert.Equal("Restart backend npm", commands["restart-npm"]);
    }

    [Theory]
    [InlineData("bridge-check")]
    [InlineData("inspector")]
    public async Task Clients_WaitForTheGateway_AreStartedByHand_AndNotDeployed(string name)
    {
        await using var builder = await CreateAsync();

        var client = Assert.Single(builder.Resources, resource => resource.Name == name);

        Assert.Single(client.Annotations.OfType<ExplicitStartupAnnotation>());
        Assert.Same(Gateway(builder), Assert.Single(client.Annotations.OfType<WaitAnnotation>()).Resource);
        Assert.Contains(ManifestPublishingCallbackAnnotation.Ignore, client.Annotations);
    }

    [Fact]
    public async Task BridgeCheck_IsToldTheGatewaysAddress()
    {
        await using var builder = await CreateAsync();

        var check = Assert.Single(builder.Resources.OfType<ProjectResource>(), resource => resource.Name == "bridge-check");
        var configuration = await ExecutionConfigurationBuilder.Create(check).WithArgumentsConfig().BuildAsync(
            new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish), NullLogger.Instance, TestContext.Current.CancellationToken);

        Assert.Equal(["check", "{gateway.bindings.http.url}/mcp"], configuration.Arguments.Select(argument => argument.Value));
    }

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.McpProxy_AppHost>(arguments, TestContext.Current.CancellationToken);

    private static ProjectResource Gateway(IDistributedApplicationTestingBuilder builder) =>
        Assert.Single(builder.Resources.OfType<ProjectResource>(), resource => resource.Name == "gateway");

    private static async Task<Dictionary<string, string>> GetEnvironmentAsync(ProjectResource resource)
    {
        var configuration = await ExecutionConfigurationBuilder.Create(resource).WithEnvironmentVariablesConfig().BuildAsync(
            new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish), NullLogger.Instance, TestContext.Current.CancellationToken);
        return configuration.EnvironmentVariables.ToDictionary(StringComparer.Ordinal);
    }
}
