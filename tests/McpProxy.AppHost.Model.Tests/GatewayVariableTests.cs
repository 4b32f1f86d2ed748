using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace McpProxy.AppHost.Model.Tests;

/// <summary>The way there and back: what the AppHost writes is what the gateway reads.</summary>
public sealed class GatewayVariableTests
{
    [Fact]
    public void ForCommand_ReadByTheGateway_IsTheBackend()
    {
        string[] arguments = ["-y", "@modelcontextprotocol/server-everything", "", "two words", "a=b", "${HOME}", "back\\slash \"quoted\""];

        var backend = Assert.Single(Read(GatewayVariable.ForCommand("everything-npm", "npx", arguments)).Backends);

        Assert.Equal("everything-npm", backend.Key);
        Assert.Equal("npx", backend.Value.Command);
        Assert.Equal(arguments, backend.Value.Args);
        Assert.False(backend.Value.IsRemote);
        Assert.Empty(BackendRules.Mistakes(backend.Key, backend.Value));
    }

    [Fact]
    public void ForCommand_ManyArguments_KeepTheirOrder()
    {
        string[] arguments = [.. Enumerable.Range(0, 25).Select(number => $"argument {number}")];

        Assert.Equal(arguments, Read(GatewayVariable.ForCommand("default", "echo", arguments)).Backends["default"].Args);
    }

    [Theory]
    [InlineData("https://example.com/mcp?tenant=1&x=%20", null)]
    [InlineData("http://localhost:8123/sse", "sse")]
    public void ForAddress_ReadByTheGateway_IsTheBackend(string address, string? transport)
    {
        var backend = Read(GatewayVariable.ForAddress("docs", new Uri(address), transport)).Backends["docs"];

        Assert.Equal(address, backend.Url);
        Assert.Equal(transport, backend.Transport);
        Assert.Empty(BackendRules.Mistakes("docs", backend));
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("https://user:secret@example.com/mcp")]
    [InlineData("/mcp")]
    public void ForAddress_WhatTheGatewayWouldRefuse_Throws(string address) =>
        Assert.Throws<ArgumentException>(() => GatewayVariable.ForAddress("docs", new Uri(address, UriKind.RelativeOrAbsolute), null));

    [Fact]
    public void Header_ReadByTheGateway_IsSentToTheBackend()
    {
        var backend = Read(
        [
            .. GatewayVariable.ForAddress("docs", new Uri("https://example.com/mcp"), null),
            new(GatewayVariable.Header("docs", "Authorization"), "Bearer a=b"),
            new(GatewayVariable.Header("docs", "X-Api-Key"), "key"),
        ]).Backends["docs"];

        Assert.Equal("Bearer a=b", backend.Headers["Authorization"]);
        Assert.Equal("key", backend.Headers["X-Api-Key"]);
        Assert.Empty(BackendRules.Mistakes("docs", backend));
    }

    [Fact]
    public void Environment_ReadByTheGateway_IsTheBackendsEnvironment()
    {
        var backend = Read(
        [
            .. GatewayVariable.ForCommand("github", "npx", []),
            new(GatewayVariable.Environment("github", "GITHUB_TOKEN"), "secret"),
            new(GatewayVariable.Environment("github", "DOUBLE__UNDERSCORE"), "kept"),
        ]).Backends["github"];

        Assert.Equal("secret", backend.Env["GITHUB_TOKEN"]);
        Assert.Equal("kept", backend.Env["DOUBLE__UNDERSCORE"]);
    }

    [Fact]
    public void AllTogether_ReadByTheGateway_AreAllBackends()
    {
        var options = Read(
        [
            .. GatewayVariable.ForCommand(BackendName.Default, "dotnet", [SampleServer.InImage]),
            .. GatewayVariable.ForCommand("npm", "npx", ["-y", NpmPackage.EverythingServer]),
            .. GatewayVariable.ForAddress("remote", new Uri("https://example.com/mcp"), null),
            new(GatewayVariable.OperatorKey, "key"),
        ]);

        var set = BackendSet.Create(options, file: null);
        Assert.Equal(["default", "npm", "remote"], set.Backends.Keys.Order());
        Assert.Empty(set.Remarks);
    }

    [Fact]
    public void Default_IsTheNameThatTheGatewayServesAtTheRoot() => Assert.Equal(GatewayOptions.DefaultBackend, BackendName.Default);

    private static GatewayOptions Read(IEnumerable<KeyValuePair<string, string>> variables)
    {
        // As the provider for environment variables translates them.
        var settings = variables.ToDictionary(variable => variable.Key.Replace("__", ":", StringComparison.Ordinal), variable => (string?)variable.Value);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddGatewayOptions().BuildServiceProvider();
        return services.GetRequiredService<IOptions<GatewayOptions>>().Value;
    }
}
