using System.Text.Json;
using Aspire.Hosting.Testing;

namespace McpProxy.AppHost.Tests;

/// <summary>What <c>azd</c> is given: the manifest, and the Bicep files beside it.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mcp-proxy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Gateway_IsTheImageOfTheDockerfile_WithItsBackends()
    {
        using var manifest = await PublishAsync();
        var gateway = manifest.RootElement.GetProperty("resources").GetProperty("gateway");

        Assert.Equal("container.v1", gateway.GetProperty("type").GetString());
        Assert.EndsWith("Dockerfile", gateway.GetProperty("build").GetProperty("dockerfile").GetString(), StringComparison.Ordinal);
        var environment = gateway.GetProperty("env");
        Assert.Equal("dotnet", environment.GetProperty("McpProxy__Backends__default__Command").GetString());
        Assert.Equal("/app/samples/everything/everything-server.dll", environment.GetProperty("McpProxy__Backends__default__Args__0").GetString());
        Assert.Equal("{operator-key.value}", environment.GetProperty("McpProxy__OperatorKey").GetString());
    }

    [Fact]
    public async Task Gateway_IsReachedFromOutside_OnThePortOfTheImage()
    {
        using var manifest = await PublishAsync();
        var binding = manifest.RootElement.GetProperty("resources").GetProperty("gateway").GetProperty("bindings").GetProperty("http");

        Assert.True(binding.GetProperty("external").GetBoolean());
        Assert.Equal(8080, binding.GetProperty("targetPort").GetInt32());
    }

    [Fact]
    public async Task Clients_AreNoPartOfIt()
    {
        using var manifest = await PublishAsync();
        var names = manifest.RootElement.GetProperty("resources").EnumerateObject().Select(resource => resource.Name).ToList();

        Assert.DoesNotContain("bridge-check", names);
        Assert.DoesNotContain("inspector", names);
        Assert.DoesNotContain("inspector-token", names);
    }

    [Fact]
    public async Task OperatorKey_IsAskedForAsASecret_OrGenerated()
    {
        using var manifest = await PublishAsync();
        var value = manifest.RootElement.GetProperty("resources").GetProperty("operator-key").GetProperty("inputs").GetProperty("value");

        Assert.True(value.GetProperty("secret").GetBoolean());
        Assert.True(value.GetProperty("default").TryGetProperty("generate", out _));
    }

    [Fact]
    public async Task ContainerApp_KeepsAReplica_AndItsClients()
    {
        using var manifest = await PublishAsync("Deploy:MaxReplicas=3");
        var path = manifest.RootElement.GetProperty("resources").GetProperty("gateway").GetProperty("deployment").GetProperty("path").GetString()!;
        var bicep = await File.ReadAllTextAsync(Path.Combine(_folder, path), TestContext.Current.CancellationToken);

        Assert.Contains("external: true", bicep, StringComparison.Ordinal);
        Assert.Contains("minReplicas: 1", bicep, StringComparison.Ordinal);
        Assert.Contains("maxReplicas: 3", bicep, StringComparison.Ordinal);
        Assert.Contains("affinity: 'sticky'", bicep, StringComparison.Ordinal);
        Assert.Contains("'/health'", bicep, StringComparison.Ordinal);
        Assert.Contains("'/alive'", bicep, StringComparison.Ordinal);
    }

    private async Task<JsonDocument> PublishAsync(params string[] arguments)
    {
        var file = Path.Combine(_folder, "aspire-manifest.json");
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.McpProxy_AppHost>(
            ["--publisher", "manifest", "--output-path", file, .. arguments], TestContext.Current.CancellationToken);
        await using var app = await builder.BuildAsync(TestContext.Current.CancellationToken);
        await app.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken); // Ends when the manifest is written.
        return JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }
}
