using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>Each session of a shared backend gets log messages from the level that it set on; the backend is set to the lowest.</summary>
public sealed class LogLevelTests : GatewayTest
{
    [Fact]
    public async Task SetLevel_SeveralSessions_EachGetsItsOwn()
    {
        var host = await StartAsync(FaultServer.Shared());
        var clients = await Task.WhenAll(host.ConnectAsync(), host.ConnectAsync(), host.ConnectAsync());
        var streams = await Task.WhenAll(clients.Select(client => client.ListenAsync()));
        await SetLevelAsync(clients[0], "error");
        await SetLevelAsync(clients[1], "debug");

        await clients[2].CallAsync("log");

        Assert.Equal(["error", "critical", "alert", "emergency"], await LevelsAsync(streams[0]));
        Assert.Equal(["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"], await LevelsAsync(streams[1]));
        Assert.Equal(["info", "notice", "warning", "error", "critical", "alert", "emergency"], await LevelsAsync(streams[2]));
    }

    [Theory]
    [InlineData("error", "debug", "debug")]
    [InlineData("debug", "error", "debug")]
    [InlineData("error", "error", "error")]
    public async Task SetLevel_SeveralSessions_BackendIsSetToTheLowest(string first, string second, string expected)
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());

        await SetLevelAsync(client, first);
        await SetLevelAsync(other, second);

        Assert.Equal(expected, (await client.AskAsync("level")).GetString());
    }

    [Fact]
    public async Task SetLevel_LowestSessionRaisesItsOwn_BackendFollows()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        await SetLevelAsync(client, "debug");
        await SetLevelAsync(other, "warning");

        await SetLevelAsync(client, "error");

        Assert.Equal("warning", (await client.AskAsync("level")).GetString());
    }

    [Fact]
    public async Task SetLevel_WhileAnotherIsUnderWay_BackendIsSetToTheLowest()
    {
        // The backend answers the first one only when it has heard the second.
        var host = await StartAsync(ScriptedServer.Shared("""initialize; hear; first=$id; hear; answer "$first" '{}'; result '{}'"""));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());

        var setting = SetLevelAsync(client, "debug");
        await host.Log.UntilAsync("\"debug\"");
        await Task.WhenAll(setting, SetLevelAsync(other, "error"));

        Assert.Equal(2, host.Log.Count("\"debug\""));
    }

    [Fact]
    public async Task SetLevel_Refused_ChangesNothing()
    {
        var host = await StartAsync(ScriptedServer.Shared(
            """initialize; hear; say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":-32602,\"message\":\"no\"}}"; hear; result '{}'"""));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());

        var refused = await client.RequestAsync(Rpc.Request("logging/setLevel", """{"level":"debug"}"""));
        await SetLevelAsync(other, "error");

        Assert.Equal(-32602, refused.ErrorCode());
        Assert.Equal(1, host.Log.Count("\"error\"}"));
    }

    private static async Task SetLevelAsync(McpClient client, string level) =>
        await client.RequestAsync(Rpc.Request("logging/setLevel", $$"""{"level":"{{level}}"}"""));

    // What the tool sends ends with the highest level, which everybody gets.
    private static async Task<IEnumerable<string>> LevelsAsync(SseStream stream) =>
        (await stream.ReadToAsync(message => Level(message) == "emergency")).Select(Level);

    private static string Level(System.Text.Json.JsonElement message) => message.Params().GetProperty("level").GetString()!;
}
