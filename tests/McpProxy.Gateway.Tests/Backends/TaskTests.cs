using System.Text.Json;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>What a server says of a task is for the client whose request has become that task (MCP 2025-11-25, basic/utilities/tasks).</summary>
public sealed class TaskTests : GatewayTest
{
    /// <summary>The one that every client chooses: which one it is on the wire only the gateway knows.</summary>
    private const string Token = "\"t\"";

    private const string Script =
        """
        token() { token=${line#*\"progressToken\":}; token=${token%%[,\}]*}; }
        task() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"task\":{\"status\":\"working\",\"taskId\":\"$1\"},\"_meta\":{}}}"; }
        status() { say "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks/status\",\"params\":{\"status\":\"$2\",\"taskId\":\"$1\"}}"; }
        progress() { say "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":$token,\"progress\":$1}}"; }
        all() { say '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'; }
        initialize

        """;

    [Fact]
    public async Task Progress_AfterTheAnswer_GoesToWhoAskedUnderItsOwnToken()
    {
        var host = await StartAsync(ScriptedServer.Shared(Script + "hear; token; progress 1; task a; hear; result '{}'; progress 2; progress 3; all"));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, others) = (await client.ListenAsync(), await other.ListenAsync());

        var answer = await client.PostAsync(Rpc.Call("slow", token: Token));
        await other.PostAsync(Rpc.Request("ping"));

        Assert.Equal(["1"], answer.Messages.SkipLast(1).Select(Progress));
        Assert.Equal("a", TaskId(answer.Response.GetProperty("result").GetProperty("task")));
        Assert.Equal(["2", "3"], (await BeforeAllAsync(stream)).Select(Progress));
        Assert.Empty(await BeforeAllAsync(others));
    }

    [Fact]
    public async Task Status_OfATask_GoesToWhoAsked()
    {
        var host = await StartAsync(ScriptedServer.Shared(Script + "hear; task a; hear; task b; status b working; status a completed; status b failed; all"));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, others) = (await client.ListenAsync(), await other.ListenAsync());

        await client.PostAsync(Rpc.Call("slow"));
        await other.PostAsync(Rpc.Call("slow"));

        Assert.Equal(["a completed"], (await BeforeAllAsync(stream)).Select(Status));
        Assert.Equal(["b working", "b failed"], (await BeforeAllAsync(others)).Select(Status));
    }

    [Fact]
    public async Task Status_BeforeTheAnswer_GoesToWhoAsked()
    {
        var host = await StartAsync(ScriptedServer.Shared(Script + "hear; status b working; status a working; status a input_required; task a; all"));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, others) = (await client.ListenAsync(), await other.ListenAsync());

        var answer = await client.PostAsync(Rpc.Call("slow"));

        Assert.Equal("a", TaskId(answer.Response.GetProperty("result").GetProperty("task")));
        Assert.Equal(["a working", "a input_required"], (await BeforeAllAsync(stream)).Select(Status));
        Assert.Empty(await BeforeAllAsync(others));
    }

    [Fact]
    public async Task Status_BeforeTheAnswerWithoutAStream_ComesWithTheAnswer()
    {
        var host = await StartAsync(ScriptedServer.Shared(Script + "hear; status a working; task a"));
        var client = await host.ConnectAsync();

        var answer = await client.PostAsync(Rpc.Call("slow"));

        Assert.Equal("a working", Status(Assert.Single(answer.Messages.SkipLast(1))));
    }

    [Fact]
    public async Task Status_OfATaskWhoseClientLeft_GoesToNobody()
    {
        var host = await StartAsync(ScriptedServer.Shared(Script + "hear; token; task a; hear; result '{}'; status a completed; progress 9; all"));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        await client.PostAsync(Rpc.Call("slow", token: Token));
        await client.DeleteAsync();
        var others = await other.ListenAsync();

        await other.PostAsync(Rpc.Request("ping"));

        Assert.Empty(await BeforeAllAsync(others));
        Assert.True(host.Log.Has("sent notifications/tasks/status about what is nobody's"));
        Assert.True(host.Log.Has("sent notifications/progress about what is nobody's"));
    }

    [Fact]
    public async Task Progress_AfterARestart_IsNotTakenForThatOfATaskBefore()
    {
        var marker = Path.Combine(Directory.CreateTempSubdirectory("mcp-proxy-task").FullName, "again");
        var host = await StartAsync(ScriptedServer.Shared(
            $"{Script}if [ -e '{marker}' ]; then hear; token; result '{{}}'; progress 9; status a completed; all; else touch '{marker}'; hear; token; task a; exit 1; fi"));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, others) = (await client.ListenAsync(), await other.ListenAsync());
        await client.PostAsync(Rpc.Call("slow", token: Token));
        await Wait.UntilAsync(() => host.Log.Count("initialized, revision") == 2, "the backend was started again");

        await other.PostAsync(Rpc.Call("fast", token: Token)); // The same token on the wire: each process counts from the start.

        Assert.Empty(await BeforeAllAsync(stream));
        Assert.Empty(await BeforeAllAsync(others));
    }

    [Fact]
    public async Task Task_OfAStatelessPost_IsItsAnswer()
    {
        var host = await StartAsync(
            ScriptedServer.Shared(Script + "hear; token; task a; status a completed; progress 9; hear; result '{}'"), options => options.Stateless = true);
        var client = host.Client();

        var answer = await client.PostAsync(Rpc.Call("slow", token: Token));

        Assert.Equal("a", TaskId(answer.Response.GetProperty("result").GetProperty("task")));
        Assert.Single((await client.PostAsync(Rpc.Request("ping"))).Messages);
    }

    [Fact]
    public async Task List_OfSeveralClientsTasks_HasTheClientsOwn()
    {
        const string List = """result '{"tasks":[{"taskId":"a","n":1.0}, { "n":[], "taskId":"b" },7,{"n":0},{"taskId":"c"}, {"taskId":"a2"}] ,"nextCursor":"x"}'""";
        var host = await StartAsync(ScriptedServer.Shared($"{Script}hear; task a; hear; task b; hear; task a2; for i in 1 2 3; do hear; {List}; done; hear; result '{{}}'"));
        var (client, other, stranger) = (await host.ConnectAsync(), await host.ConnectAsync(), await host.ConnectAsync());
        await client.PostAsync(Rpc.Call("slow"));
        await other.PostAsync(Rpc.Call("slow"));
        await client.PostAsync(Rpc.Call("slow"));

        string[] lists = [await ListAsync(client), await ListAsync(other), await ListAsync(stranger), await ListAsync(client)];

        Assert.Equal(
            [
                """{"tasks":[{"taskId":"a","n":1.0},{"taskId":"a2"}] ,"nextCursor":"x"}""",
                """{"tasks":[{ "n":[], "taskId":"b" }] ,"nextCursor":"x"}""",
                """{"tasks":[] ,"nextCursor":"x"}""",
                "{}",
            ],
            lists);

        static async Task<string> ListAsync(McpClient client)
        {
            var answer = await client.RequestAsync(Rpc.Request("tasks/list", id: "\"l\""));
            Assert.Equal("\"l\"", answer.Id());
            return answer.GetProperty("result").GetRawText();
        }
    }

    [Fact]
    public async Task List_OnAConnectionOfItsOwn_IsRelayedAsItIs()
    {
        var host = await StartAsync(ScriptedServer.Dedicated(Script + """hear; result '{"tasks":[{"taskId":"before"}]}'"""));
        var client = await host.ConnectAsync();

        var answer = await client.RequestAsync(Rpc.Request("tasks/list"));

        Assert.Equal("""{"tasks":[{"taskId":"before"}]}""", answer.GetProperty("result").GetRawText());
    }

    [Fact]
    public void Add_MoreThanAClientMayHave_ForgetsItsOldest()
    {
        var tasks = new SharedTasks();
        var (client, other) = (new NoClient(), new NoClient());
        tasks.Add(JsonToken.From("other"), other, JsonToken.From(0), JsonToken.From("o"));

        for (var i = 1; i <= SharedTasks.MostOfAClient + 1; i++)
        {
            tasks.Add(JsonToken.From($"task {i}"), client, JsonToken.From(i), JsonToken.From("t"));
        }

        Assert.Null(OwnerOfProgress(tasks, 1));
        Assert.Same(client, OwnerOfProgress(tasks, 2));
        Assert.Same(other, OwnerOfProgress(tasks, 0));
        tasks.Forget(client);
        Assert.Null(OwnerOfProgress(tasks, 2));
        Assert.Same(other, OwnerOfProgress(tasks, 0));
    }

    [Fact]
    public void Add_ATaskThatSomebodyHas_LeavesItThere()
    {
        var tasks = new SharedTasks();
        var (client, other) = (new NoClient(), new NoClient());
        tasks.Add(JsonToken.From("a"), client, JsonToken.From(1), JsonToken.From("t"));

        tasks.Add(JsonToken.From("a"), other, JsonToken.From(2), JsonToken.From("t"));

        Assert.Same(client, OwnerOfProgress(tasks, 1));
        Assert.Null(OwnerOfProgress(tasks, 2));
    }

    private static BackendClient? OwnerOfProgress(SharedTasks tasks, int token)
    {
        using var progress = new MessagePool().Parse(Rpc.Notification("notifications/progress", $$"""{"progressToken":{{token}},"progress":1}"""));
        return tasks.OwnerOf(progress);
    }

    private static async Task<IEnumerable<JsonElement>> BeforeAllAsync(SseStream stream) =>
        (await stream.ReadToAsync(message => message.Method() == "notifications/tools/list_changed")).SkipLast(1);

    private static string Progress(JsonElement message)
    {
        Assert.Equal(Token, message.Params().GetProperty("progressToken").GetRawText());
        return message.Params().GetProperty("progress").GetRawText();
    }

    private static string Status(JsonElement message) => $"{TaskId(message.Params())} {message.Params().GetProperty("status").GetString()}";

    private static string? TaskId(JsonElement task) => task.GetProperty("taskId").GetString();

    private sealed class NoClient : BackendClient
    {
        public override ValueTask<ProxyFault?> DeliverAsync(Message message) => throw new InvalidOperationException("Nobody is there.");

        public override McpOperation? Begin(Message request) => null;

        public override void OnCompleted(Exchange exchange)
        {
        }
    }
}
