using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Tests.Harness;
using Microsoft.Extensions.Logging;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>One connection for each session: nothing is rewritten.</summary>
public sealed class DedicatedLinkTests : GatewayTest
{
    [Fact]
    public async Task Messages_OfTheClient_ReachTheBackendByteForByte()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = host.Client();
        string[] said =
        [
            """{ "jsonrpc":"2.0","id":"first","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":{"listChanged":true},"own":1.0},"clientInfo":{"name":"é","version":"1"}}}""",
            """{"method":"notifications/initialized" ,"jsonrpc":"2.0"}""",
            """{"jsonrpc":"2.0","id":1,"method":"own/method","params":{"_meta":{"progressToken":"t","k":[1e2,"\u00e9"]}}}""",
            """{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""",
            Rpc.Call("seen"),
        ];

        client.SessionId = (await client.PostAsync(said[0])).Headers[McpClient.SessionHeader];
        foreach (var message in said[1..^1])
        {
            await client.PostAsync(message);
        }

        Assert.Equal(said, await client.SeenAsync());
    }

    [Fact]
    public async Task Sessions_EachOfThem_HasAProcessOfItsOwn()
    {
        var host = await StartAsync(FaultServer.Dedicated());

        var clients = await Task.WhenAll(host.ConnectAsync(), host.ConnectAsync(), host.ConnectAsync());
        var processes = await Task.WhenAll(clients.Select(client => client.ProcessIdAsync()));

        Assert.Distinct(processes);
        await host.UntilProcessesAsync(4); // And the next spare.
    }

    [Fact]
    public async Task Session_New_GetsTheSpareProcess()
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var host = await StartAsync(FaultServer.Dedicated());
        await host.UntilProcessesAsync(1);
        var spare = host.Processes.Single();

        var client = await host.ConnectAsync();

        Assert.Equal(spare, await client.ProcessIdAsync());
        await host.UntilProcessesAsync(2);
    }

    [Fact]
    public async Task Session_SpareThatDied_GetsAnotherProcess()
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var host = await StartAsync(FaultServer.Dedicated());
        await host.UntilProcessesAsync(1);
        GatewayHost.Kill(host.Processes);
        await host.UntilProcessesAsync(0);

        var client = await host.ConnectAsync();

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Initialize_SpareThatDiesBeforeItAnswers_IsAnsweredByAnotherProcess()
    {
        // That it has ended is noticed only after the client's initialize was written to it.
        using var once = new Gate();
        var host = await StartAsync(ScriptedServer.Dedicated($"if {once.Enter}; then echo spare >&2; hear; exit 3; fi; initialize"));
        await host.Log.UntilAsync("spare");

        var client = await host.ConnectAsync();

        Assert.Equal("scripted", client.Initialized.GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        await Wait.UntilAsync(() => host.Log.Count($"heard {Rpc.Initialize()}") == 2, "both processes have heard initialize");
        Assert.DoesNotContain(host.Log.Records, record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Initialize_EveryProcessDiesBeforeItAnswers_FailsAfterTwo()
    {
        var host = await StartAsync(ScriptedServer.Dedicated("hear; exit 3"));

        var answer = await host.Client().PostAsync(Rpc.Initialize());

        Assert.Equal(ProxyFault.ExitedAtStart.Text, answer.Response.ErrorText());
        await host.UntilSessionsAsync(0);
        await host.StopAsync();
        Assert.Equal(2, host.Log.Count($"heard {Rpc.Initialize()}"));
    }

    [Fact]
    public async Task Delete_Session_EndsItsProcessAndNoOther()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var process = await client.ProcessIdAsync();

        await client.DeleteAsync();

        await Wait.UntilAsync(() => !host.Processes.Contains(process), "the process of the session has ended");
        Assert.Equal("[1]", await other.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task ServerRequest_SeveralSessionsInFlight_GoesToItsOwn()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var (client, other) = (await host.ConnectAsync(capabilities: Rpc.Answers), await host.ConnectAsync(capabilities: Rpc.Answers));
        await other.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));
        var asking = await client.StreamAsync(Rpc.Call("ask"));

        // The server's id is the same as that of the call.
        var request = await asking.ReadAsync("roots/list");
        await client.PostAsync(Rpc.Result(request.Id(), """{"roots":[{"uri":"file:///é"}]}"""));

        Assert.Equal("1", request.Id());
        Assert.Equal("""{"result":{"roots":[{"uri":"file:///é"}]}}""", (await asking.ReadResponseAsync()).Text());
    }

    [Theory]
    [InlineData("""{"roots":{}}""", false)]
    [InlineData("""{"sampling":{}}""", false)]
    [InlineData("""{"elicitation":{"form":{}}}""", false)]
    [InlineData("""{"experimental":{"roots":{}}}""", true)]
    [InlineData("{}", true)]
    public async Task Auto_ClientThatCanAnswer_GetsAProcessOfItsOwn(string capabilities, bool isShared)
    {
        var host = await StartAsync(FaultServer.Auto());
        var (first, second) = (await host.ConnectAsync(capabilities: capabilities), await host.ConnectAsync(capabilities: capabilities));

        var processes = await Task.WhenAll(first.ProcessIdAsync(), second.ProcessIdAsync());

        Assert.Equal(isShared, processes[0] == processes[1]);
    }
}
