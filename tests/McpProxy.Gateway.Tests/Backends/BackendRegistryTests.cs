using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>The configuration changes while sessions are open.</summary>
public sealed class BackendRegistryTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Apply_EntryThatDidNotChange_KeepsItsSessionsAndProcesses(string sharing)
    {
        var mode = Enum.Parse<SharingMode>(sharing);
        var host = await StartAsync(Set(("kept", FaultServer.Create(mode)), ("changed", FaultServer.Create(mode)), ("removed", FaultServer.Create(mode))));
        var client = await host.ConnectAsync("kept", Rpc.Answers);
        var process = await client.ProcessIdAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");

        await host.ApplyAsync(Set(("kept", FaultServer.Create(mode)), ("changed", FaultServer.Create(mode, "--pretty-crlf")), ("added", FaultServer.Create(mode))));
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await asking.ReadResponseAsync()).Text());
        Assert.Equal(process, await client.ProcessIdAsync());
    }

    [Fact]
    public async Task Apply_EntryAdded_IsServed()
    {
        var host = await StartAsync(FaultServer.Shared());

        await host.ApplyAsync(Set(("default", FaultServer.Shared()), ("added", FaultServer.Shared())));

        Assert.Equal("[1]", await (await host.ConnectAsync("added")).CallAsync("echo", "[1]"));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Apply_EntryChanged_EndsItsSessionsSoThatClientsStartAnew(string sharing)
    {
        var mode = Enum.Parse<SharingMode>(sharing);
        var host = await StartAsync(FaultServer.Create(mode));
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        var changed = FaultServer.Create(mode);
        changed.Env["A"] = "1";
        await host.ApplyAsync(Set(("default", changed)));

        Assert.Equal(-32000, (await sleeping.ReadResponseAsync()).ErrorCode());
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(Rpc.Request("ping"))).Status);
        Assert.DoesNotContain(process, host.Processes);
        Assert.Equal("[1]", await (await host.ConnectAsync()).CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Apply_EntryRemovedOrDisabled_IsNotServed()
    {
        var host = await StartAsync(Set(("default", FaultServer.Shared()), ("removed", FaultServer.Shared()), ("disabled", FaultServer.Shared())));
        var (removed, disabled) = (await host.ConnectSseAsync("removed"), await host.ConnectAsync("disabled"));

        var off = FaultServer.Shared();
        off.Disabled = true;
        await host.ApplyAsync(Set(("default", FaultServer.Shared()), ("disabled", off)));

        Assert.Null(await removed.Stream.TryReadAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await disabled.PostAsync(Rpc.Request("ping"))).Status);
        await host.UntilSessionsAsync(0);
        await host.UntilProcessesAsync(1);
    }

    [Fact]
    public async Task Apply_ServerThatDidNotSpeakTheModernEra_IsProbedAgain()
    {
        var host = await StartAsync(FaultServer.Auto());
        Assert.Equal(HttpStatusCode.BadRequest, await PostModernAsync(host));

        await host.ApplyAsync(Set(("default", FaultServer.Auto("--modern"))));

        Assert.Equal(HttpStatusCode.OK, await PostModernAsync(host));
    }

    private static async Task<HttpStatusCode> PostModernAsync(GatewayHost host)
    {
        const string Body = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""";
        return (await host.Client().PostAsync(Body, request =>
        {
            McpClient.Set(request, "MCP-Protocol-Version", "2026-07-28");
            McpClient.Set(request, "Mcp-Method", "tools/list");
        })).Status;
    }

    private static Dictionary<string, BackendOptions> Set(params (string Name, BackendOptions Backend)[] backends) =>
        backends.ToDictionary(entry => entry.Name, entry => entry.Backend, StringComparer.Ordinal);
}
