using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Processes;

/// <summary>A backend that fails is reported to its clients, and is nobody else's trouble.</summary>
public sealed class FailureTests
{
    public static TheoryData<string> BrokenCommands { get; } =
    [
        "no-such-command-anywhere",
        // Exits at once.
        "false",
        "sh -c 'echo not JSON; exit 3'",
        // Closes its stdout and stays.
        "sh -c 'exec >&-; exec sleep 600'",
    ];

    [Theory]
    [MemberData(nameof(BrokenCommands))]
    public async Task BrokenCommand_BesideAGoodOne_IsAnErrorForItsClientsOnly(string command)
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--named-server", "broken", command, "--named-server", "good", Backends.CommandString(Backends.Sample)],
            TestContext.Current.CancellationToken);

        using var broken = new StreamableHttpWire(gateway.Named("broken", "mcp"));
        var refused = await broken.PostAsync(Rpc.Initialize("first"), TestContext.Current.CancellationToken, "application/json");
        using var good = await StreamableHttpWire.ConnectAsync(gateway.Named("good", "mcp"), TestContext.Current.CancellationToken);
        var answer = await good.CallAsync(1, "echo", new { value = "alive" }, TestContext.Current.CancellationToken);

        Assert.Equal("first", (string?)refused.Json["id"]);
        Assert.NotEmpty((string)refused.Json["error"]!["message"]!);
        // The text is for whoever sits at the client: no paths, no command lines, no stack traces.
        Assert.DoesNotContain(command, refused.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", refused.Body, StringComparison.Ordinal);
        Assert.Equal("alive", (string?)answer["result"]!["structuredContent"]!["value"]);
    }

    [Fact]
    public async Task BrokenCommand_OverSse_AnswersTheInitializeWithAnError()
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--", "no-such-command-anywhere"], TestContext.Current.CancellationToken);
        using var wire = await HttpSseWire.ConnectAsync(gateway.Sse, TestContext.Current.CancellationToken);

        var answer = await wire.RequestAsync(Rpc.Initialize("first"), "first", TestContext.Current.CancellationToken);

        Assert.NotEmpty((string)answer["error"]!["message"]!);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"roots":{},"sampling":{},"elicitation":{}}""")]
    public async Task Crash_DuringACall_IsAnErrorAndTheSessionGoesOn(string capabilities)
    {
        await using var gateway = await McpProxyProcess.ServeAsync(Backends.Sample, TestContext.Current.CancellationToken);
        using var wire = await StreamableHttpWire.ConnectAsync(
            gateway.Mcp, TestContext.Current.CancellationToken, capabilities: capabilities);
        var before = await wire.CallAsync("before", "process_id", new { }, TestContext.Current.CancellationToken);
        using var slow = await wire.PostForStreamAsync(
            Rpc.Call("slow", "slow", new { milliseconds = 600_000, steps = 6_000 }, progressToken: 1),
            TestContext.Current.CancellationToken);
        await slow.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);

        var crashed = await wire.CallAsync("crash", "crash", new { }, TestContext.Current.CancellationToken);
        var interrupted = await slow.ReadMessageAsync(Rpc.ResponseTo("slow"), TestContext.Current.CancellationToken);
        // The child is started again: the session goes on without the client's doing.
        var after = await Wait.UntilAsync(
            async () => await wire.CallAsync(Guid.NewGuid(), "process_id", new { }, TestContext.Current.CancellationToken),
            answer => answer["result"] is not null,
            () => "the backend never came back",
            TestContext.Current.CancellationToken);

        Assert.NotEmpty((string)crashed["error"]!["message"]!);
        Assert.NotEmpty((string)interrupted["error"]!["message"]!);
        Assert.NotEqual(before.FirstText(), after.FirstText());
    }

    [Fact]
    public async Task HungBackend_BesideAGoodOne_DelaysNeitherThePortNorTheOther()
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--named-server", "hung", "sleep 600", "--named-server", "good", Backends.CommandString(Backends.Sample)],
            TestContext.Current.CancellationToken);

        using var hung = new StreamableHttpWire(gateway.Named("hung", "mcp"));
        var waiting = hung.PostAsync(Rpc.Initialize(1), TestContext.Current.CancellationToken, "application/json");
        using var good = await StreamableHttpWire.ConnectAsync(gateway.Named("good", "mcp"), TestContext.Current.CancellationToken);
        var answer = await good.CallAsync(1, "echo", new { value = "alive" }, TestContext.Current.CancellationToken);

        Assert.Equal("alive", (string?)answer["result"]!["structuredContent"]!["value"]);
        Assert.Equal(0, await gateway.StopAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            var late = await waiting;
            Assert.NotEqual(HttpStatusCode.OK, late.Status);
            throw new InvalidOperationException("It was refused, which is as good.");
        });
    }
}
