using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class OwnMessagesTests : IDisposable
{
    private readonly MessagePool _pool = new();

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("1.0")]
    [InlineData("\"\\u0069d\"")]
    public void Error_AnyId_KeepsItAsItIsSpelled(string id)
    {
        using var message = OwnMessages.Error(_pool, JsonToken.Read(Encoding.UTF8.GetBytes(id)), -32600, "Say \"what\"\nis <wrong>: é");

        Assert.Equal(
            """{"jsonrpc":"2.0","id":ID,"error":{"code":-32600,"message":"Say \"what\"\nis <wrong>: é"}}""".Replace("ID", id == "" ? "null" : id),
            Text(message));
        Assert.Equal((MessageKind.Response, true, id), (message.Envelope.Kind, message.Envelope.IsError, message.Id.ToString()));
    }

    [Fact]
    public void Error_LongestId_IsAMessage()
    {
        var id = JsonToken.From(new string('x', MessageScanner.MaxTokenBytes - 2));

        using var message = OwnMessages.Error(_pool, id, -32603, "x");

        Assert.Equal(id, message.Id);
    }

    [Fact]
    public void EmptyResult_Id_IsAResponse()
    {
        using var message = OwnMessages.EmptyResult(_pool, JsonToken.From(3));

        Assert.Equal("""{"jsonrpc":"2.0","id":3,"result":{}}""", Text(message));
    }

    [Fact]
    public void Call_WithId_IsARequest()
    {
        using var message = OwnMessages.Call(_pool, JsonToken.From("a"), "logging/setLevel", writer => writer.WriteString("level", "debug"));

        Assert.Equal("""{"jsonrpc":"2.0","id":"a","method":"logging/setLevel","params":{"level":"debug"}}""", Text(message));
        Assert.True(message.Envelope.Is(MessageKind.Request, McpMethod.LoggingSetLevel));
    }

    [Fact]
    public void Call_WithoutId_IsANotification()
    {
        using var message = OwnMessages.Call(_pool, default, "notifications/initialized");

        Assert.Equal("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", Text(message));
        Assert.True(message.Envelope.Is(MessageKind.Notification, McpMethod.Initialized));
    }

    private static string Text(Message message) => Encoding.UTF8.GetString(message.ToArray());
}
