using System.Net;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Configuration;

/// <summary>A <c>servers.json</c> that changes while the gateway runs.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task File_Changed_TakesEffectWithoutTouchingTheOthers()
    {
        var directory = Directory.CreateTempSubdirectory("reload-");
        try
        {
            var path = Path.Combine(directory.FullName, "servers.json");
            await WriteAsync(path, ("stays", null), ("goes", null));
            await using var gateway = await McpProxyProcess.StartAsync(
                ["--port", "0", "--named-server-config", path], TestContext.Current.CancellationToken);
            using var stays = await StreamableHttpWire.ConnectAsync(gateway.Named("stays", "mcp"), TestContext.Current.CancellationToken);
            var before = await stays.CallAsync(1, "process_id", new { }, TestContext.Current.CancellationToken);

            await WriteAsync(path, ("stays", null), ("comes", "new"));
            await UntilStatusAsync(gateway.Named("comes", "mcp"), HttpStatusCode.OK);
            await UntilStatusAsync(gateway.Named("goes", "mcp"), HttpStatusCode.NotFound);
            var after = await stays.CallAsync(2, "process_id", new { }, TestContext.Current.CancellationToken);

            Assert.Equal(before.FirstText(), after.FirstText());

            await WriteAsync(path, ("stays", null), ("comes", "newer"));
            await Wait.UntilAsync(
                async () => await VersionAsync(gateway.Named("comes", "mcp")),
                version => version == "newer",
                () => "the changed entry never took effect",
                TestContext.Current.CancellationToken);
            Assert.Equal(0, await gateway.StopAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task File_BrokenForAMoment_ChangesNothing()
    {
        var directory = Directory.CreateTempSubdirectory("reload-");
        try
        {
            var path = Path.Combine(directory.FullName, "servers.json");
            await WriteAsync(path, ("stays", null));
            await using var gateway = await McpProxyProcess.StartAsync(
                ["--port", "0", "--named-server-config", path], TestContext.Current.CancellationToken);
            using var stays = await StreamableHttpWire.ConnectAsync(gateway.Named("stays", "mcp"), TestContext.Current.CancellationToken);
            var lines = gateway.Errors.Count;

            await File.WriteAllTextAsync(path, "{ half a fi", TestContext.Current.CancellationToken);
            await Wait.UntilAsync(
                () => gateway.Errors.Count > lines, () => "nothing was said about the broken file", TestContext.Current.CancellationToken);
            var answer = await stays.CallAsync(1, "echo", new { value = "still here" }, TestContext.Current.CancellationToken);
            await WriteAsync(path, ("stays", null), ("comes", null));
            await UntilStatusAsync(gateway.Named("comes", "mcp"), HttpStatusCode.OK);

            Assert.Equal("still here", (string?)answer["result"]!["structuredContent"]!["value"]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(string path, params IEnumerable<(string Name, string? Version)> servers)
    {
        var entries = servers.Select(server => KeyValuePair.Create<string, JsonNode?>(server.Name, new JsonObject
        {
            ["command"] = "dotnet",
            ["args"] = new JsonArray(ArtifactPaths.SampleServer),
            ["env"] = server.Version is null ? new JsonObject() : new JsonObject { ["ENTRY_VERSION"] = server.Version },
        }));
        var file = new JsonObject { ["mcpServers"] = new JsonObject(entries) };
        await File.WriteAllTextAsync(path, file.ToJsonString(), TestContext.Current.CancellationToken);
    }

    /// <summary>The version that a new session sees; null while the entry is between two versions.</summary>
    private static async Task<string?> VersionAsync(Uri endpoint)
    {
        using var wire = new StreamableHttpWire(endpoint);
        var opened = await wire.PostAsync(Rpc.Initialize(1), TestContext.Current.CancellationToken, "application/json");
        if (opened.Status != HttpStatusCode.OK || opened.Json["result"] is null)
        {
            return null;
        }

        wire.SessionId = opened.Headers["Mcp-Session-Id"];
        await wire.PostAsync(Rpc.Initialized, TestContext.Current.CancellationToken);
        var answer = await wire.PostAsync(
            Rpc.Call(2, "environment", new { }), TestContext.Current.CancellationToken, "application/json");
        return answer.Status == HttpStatusCode.OK && answer.Json["result"] is not null
            ? (string?)JsonNode.Parse(answer.Json.FirstText())!["ENTRY_VERSION"]
            : null;
    }

    private static async Task UntilStatusAsync(Uri endpoint, HttpStatusCode status) => await Wait.UntilAsync(
        async () =>
        {
            using var wire = new StreamableHttpWire(endpoint);
            return await wire.PostAsync(Rpc.Initialize(1), TestContext.Current.CancellationToken);
        },
        answer => answer.Status == status,
        () => $"{endpoint} never answered {status}",
        TestContext.Current.CancellationToken);
}
