using System.Net;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Operator;

/// <summary><c>/operator</c>: for who has the key.</summary>
public sealed class OperatorEndpointsTests : GatewayTest
{
    private const string Key = "a key that nobody knows";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "Bearer x", 404)]
    [InlineData("", "Bearer ", 404)]
    [InlineData(Key, null, 401)]
    [InlineData(Key, "Bearer", 401)]
    [InlineData(Key, "Bearer wrong", 401)]
    [InlineData(Key, Key, 401)]
    [InlineData(Key, "Bearer " + Key, 200)]
    public async Task Sessions_Key_IsAskedFor(string? key, string? authorization, int status)
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.OperatorKey = key);

        var (answered, body) = await SendAsync(host, HttpMethod.Get, "/operator/sessions", authorization);

        Assert.Equal(status, (int)answered);
        Assert.DoesNotContain(Key, body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(status == 200 ? null : "McpProxy:OperatorKey", body.TryGetProperty("error", out var error) && error.GetString()!.Contains("McpProxy:OperatorKey", StringComparison.Ordinal) ? "McpProxy:OperatorKey" : null);
    }

    [Fact]
    public async Task Sessions_OfBothTransports_AreToldWithoutTheirSecrets()
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.OperatorKey = Key);
        var client = await host.ConnectAsync(version: "2025-06-18");
        await host.ConnectSseAsync();
        await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", "7"));

        var (_, body) = await SendAsync(host, HttpMethod.Get, "/operator/sessions", "Bearer " + Key);

        var sessions = body.GetProperty("sessions").EnumerateArray().ToList();
        Assert.Equal(["streamable-http", "sse"], sessions.Select(session => session.GetProperty("transport").GetString()));
        Assert.Equal([1, 0], sessions.Select(session => session.GetProperty("inFlight").GetInt32()));
        Assert.All(sessions, session => Assert.Equal("default", session.GetProperty("server").GetString()));
        Assert.All(sessions, session => Assert.Equal(9, session.GetProperty("id").GetString()!.Length));
        Assert.All(host.Sessions.All, session => Assert.DoesNotContain(session.Id, body.GetRawText(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Restart_WhileACallRuns_StartsAnotherProcess_AndSessionsGoOn(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)), options => options.OperatorKey = Key);
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", "7"));

        var (status, body) = await SendAsync(host, HttpMethod.Post, "/operator/servers/default/restart", "Bearer " + Key);

        Assert.Equal((HttpStatusCode.OK, """{"server":"default","state":"restarting"}"""), (status, body.GetRawText()));
        Assert.Equal(-32003, (await sleeping.ReadResponseAsync()).ErrorCode());
        Assert.NotEqual(process, await client.ProcessIdAsync());
        await Wait.UntilAsync(() => !host.Processes.Contains(process), "the process is gone");
    }

    // It does not wait until the next attempt is due.
    [Fact]
    public async Task Restart_OfWhatKeepsFailing_TriesAtOnce()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--exit-at-start", "7"), options => options.OperatorKey = Key, clock);
        await host.Log.UntilAsync("(restart 1)");

        await SendAsync(host, HttpMethod.Post, "/operator/servers/default/restart", "Bearer " + Key);

        await Wait.UntilAsync(() => host.Log.Count("(restart 1)") == 2, "it is started again"); // What came before is forgotten.
    }

    [Fact]
    public async Task Restart_OfWhatWasGivenUp_TriesAgain()
    {
        var host = await StartAsync(FaultServer.Shared("--exit-at-start", "7"), options => (options.OperatorKey, options.MaxRestarts) = (Key, 1));
        await host.Log.UntilAsync("given up after 2 times (--max-restarts)");
        var client = host.Client();
        var refused = await client.PostAsync(Rpc.Initialize());
        var (_, before) = await SendAsync(host, HttpMethod.Get, "/operator/servers/default", "Bearer " + Key);

        await SendAsync(host, HttpMethod.Post, "/operator/servers/default/restart", "Bearer " + Key);

        await Wait.UntilAsync(() => host.Log.Count("(restart 1)") == 2, "it is started again");
        Assert.Contains("--max-restarts", refused.Body, StringComparison.Ordinal);
        Assert.Equal("failed", before.GetProperty("state").GetString());
        Assert.Equal("exited with code 7; given up after 2 times (--max-restarts)", before.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Server_ThatFails_IsToldWithItsNextStartAndItsStderr()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--exit-at-start", "7"), options => options.OperatorKey = Key, clock);
        await host.Log.UntilAsync("(restart 1)");
        await Wait.UntilAsync(() => host.Backend.RecentStderr.Count == 1, "the line is read");

        var (_, server) = await SendAsync(host, HttpMethod.Get, "/operator/servers/default", "Bearer " + Key);

        Assert.Equal(("default", "failed", 0), (server.GetProperty("server").GetString(), server.GetProperty("state").GetString(), server.GetProperty("restarts").GetInt32()));
        Assert.Matches(@"^restarting in 1 s \(.+, 1st time\)$", server.GetProperty("detail").GetString());
        Assert.Contains("exits at start with code 7", server.GetProperty("stderr").EnumerateArray().Last().GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_UnknownServer_Is404()
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.OperatorKey = Key);

        var (status, body) = await SendAsync(host, HttpMethod.Post, "/operator/servers/nobody/restart", "Bearer " + Key);

        Assert.Equal((HttpStatusCode.NotFound, "There is no server of that name. GET /status names them."), (status, body.GetProperty("error").GetString()));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(GatewayHost host, HttpMethod method, string path, string? authorization)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(method, host.Uri(path));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await client.SendAsync(request, Token);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(Token)));
    }
}
