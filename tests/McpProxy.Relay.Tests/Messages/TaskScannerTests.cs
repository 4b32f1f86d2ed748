using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class TaskScannerTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"tasks":[{"taskId":"a"}, {"x":{"taskId":"no"},"taskId":"\u0062","y":[{}]} ]}}""", """[{"taskId":"a"}, {"x":{"taskId":"no"},"taskId":"\u0062","y":[{}]} ]""", "\"a\" \"\\u0062\"")]
    [InlineData("""{"result":{"x":{"tasks":[1]},"_meta":[],"t\u0061sks":[{},1,"taskId",[{"taskId":"no"}],{"taskId":1},{"taskId":"c"}]},"id":1,"jsonrpc":"2.0"}""", """[{},1,"taskId",[{"taskId":"no"}],{"taskId":1},{"taskId":"c"}]""", "- - - - - \"c\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"tasks":[ ]}}""", "[ ]", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"tasks":{"taskId":"a"}}}""", "", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":[{"tasks":[{"taskId":"a"}]}]}""", "", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", "", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"tasks":[{"taskId":"a"}]}}""", "", "")]
    public void ReadList_Response_FindsTheTasksAndTheirIds(string json, string list, string ids)
    {
        var bytes = Encoding.UTF8.GetBytes(json);

        var tasks = TaskScanner.ReadList(bytes, out var slice);

        Assert.Equal(list, EnvelopeText.Cut(bytes, slice));
        Assert.Equal(ids, string.Join(' ', tasks.Select(task => task.Id.IsEmpty ? "-" : EnvelopeText.Cut(bytes, task.Id))));
        Assert.All(tasks, task => Assert.Contains(EnvelopeText.Cut(bytes, task.Task), list, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"task":{"taskId":"a"}}""", "\"a\"")]
    [InlineData("""{"x":{"task":{"taskId":"no"}},"task":{"x":{"taskId":"no"},"\u0074askId":"a","y":1},"content":[{"task":{"taskId":"no"}}]}""", "\"a\"")]
    [InlineData("""{"task":"a"}""", "")]
    [InlineData("""{"task":[{"taskId":"a"}]}""", "")]
    [InlineData("""{"task":{"taskId":1}}""", "")]
    [InlineData("""{"taskId":"a","status":"working"}""", "")]
    public void Scan_Result_FindsTheTaskThatTheRequestHasBecome(string result, string id)
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"result":{{result}}}""");

        Assert.Equal(ScanFault.None, MessageScanner.Scan(bytes, out var envelope));
        Assert.Equal(id, EnvelopeText.Cut(bytes, envelope.Subject));
    }
}
