using System.Net;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Status;

/// <summary><c>/status</c>, <c>/health</c>, <c>/alive</c>.</summary>
public sealed class StatusEndpointsTests : GatewayTest
{
    [Fact]
    public async Task Status_Always_HasWhatTheReferenceHas()
    {
        var host = await StartAsync(new Dictionary<string, BackendOptions> { ["default"] = FaultServer.Shared(), ["other"] = FaultServer.Dedicated() });

        var status = await StatusAsync(host);

        Assert.Equal("""{"default":"configured","other":"configured"}""", status.GetProperty("server_instances").GetRawText());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$", status.GetProperty("api_last_activity").GetString());
    }

    [Fact]
    public async Task Status_Servers_AreToldTruthfully()
    {
        var secret = FaultServer.Shared("--exit-at-start", "7");
        secret.Env["KEY"] = "secret";
        var host = await StartAsync(
            new Dictionary<string, BackendOptions> { ["default"] = FaultServer.Dedicated(), ["bad"] = secret, ["good"] = FaultServer.Auto() });
        await host.ConnectAsync();
        await host.ConnectAsync("good");
        await host.Log.UntilAsync("starting it again");

        var status = await StatusAsync(host);

        var servers = status.GetProperty("servers");
        Assert.Equal(2, status.GetProperty("sessions").GetInt32());
        Assert.Equal(("running", "dedicated", 1, 1), Told(servers.GetProperty("default")));
        Assert.Equal(("running", "auto", 1, 1), Told(servers.GetProperty("good")));
        Assert.NotEqual("running", servers.GetProperty("bad").GetProperty("state").GetString());
        Assert.DoesNotContain("secret", status.GetRawText(), StringComparison.Ordinal);

        static (string?, string?, int, int) Told(JsonElement server) => (
            server.GetProperty("state").GetString(), server.GetProperty("sharing").GetString(),
            server.GetProperty("sessions").GetInt32(), server.GetProperty("connections").GetInt32());
    }

    [Fact]
    public async Task Status_LastActivity_IsWhenAClientLastCame()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        await host.Log.UntilAsync("initialized");
        clock.Advance(TimeSpan.FromSeconds(90));
        await host.ConnectAsync();

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("2026-11-01T00:01:30.000000+00:00", (await StatusAsync(host)).GetProperty("api_last_activity").GetString());
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("POST", 405)]
    public async Task Status_Method_IsGetOrHead(string method, int status)
    {
        var host = await StartAsync(FaultServer.Shared());
        using var client = new McpClient(host.Uri("/status"));

        using var response = await client.SendAsync(new HttpMethod(method));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Health_DefaultBackendServes_IsReady(string sharing)
    {
        var host = await StartAsync(new Dictionary<string, BackendOptions>
        {
            ["default"] = FaultServer.Create(Enum.Parse<SharingMode>(sharing)),
            ["bad"] = new() { Command = "no-such-command" },
        });

        await Wait.UntilAsync(async () => (await host.Client().GetAtAsync("/health")).Status == HttpStatusCode.OK, () => "it is ready");
        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAtAsync("/alive")).Status);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Health_DefaultBackendFails_IsNotReadyButAlive(string sharing)
    {
        var host = await StartAsync(new Dictionary<string, BackendOptions>
        {
            ["default"] = new() { Command = "no-such-command", Sharing = Enum.Parse<SharingMode>(sharing) },
            ["good"] = FaultServer.Shared(),
        });
        await host.ConnectAsync("good");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client().GetAtAsync("/health")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAtAsync("/alive")).Status);
    }

    [Fact]
    public async Task Health_WithoutADefaultBackend_IsReadyWhenAnyCanServe()
    {
        var host = await StartAsync(new Dictionary<string, BackendOptions> { ["bad"] = new() { Command = "no-such-command" }, ["good"] = FaultServer.Shared() });
        await host.ConnectAsync("good");

        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAtAsync("/health")).Status);
    }

    private static async Task<JsonElement> StatusAsync(GatewayHost host) => JsonElement.Parse((await host.Client().GetAtAsync("/status")).Body);
}
