using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Sessions;

namespace McpProxy.Relay.Tests.Sessions;

public sealed class SessionSetupTests
{
    private const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""";
    private const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    private readonly MessagePool _pool = new();
    private readonly SessionSetup _setup;

    public SessionSetupTests() => _setup = new SessionSetup(_pool);

    [Fact]
    public void Remember_Handshake_CanBeSaidAgain()
    {
        Assert.False(_setup.IsInitialized);
        Assert.Throws<InvalidOperationException>(() => _setup.Initialize());

        Say(Initialize, succeeds: true);
        Assert.Null(_setup.Initialized());
        Say(Initialized);

        Assert.True(_setup.IsInitialized);
        Assert.Equal(Initialize, Take(_setup.Initialize()));
        Assert.Equal(Initialized, Take(_setup.Initialized()!));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Remember_InitializeNotAnsweredOrRefused_IsNotInitialized()
    {
        Say(Initialize);
        Assert.False(_setup.IsInitialized);

        Say(Initialize, succeeds: false);
        Assert.False(_setup.IsInitialized);
    }

    [Fact]
    public void Remember_LevelAndSubscriptions_TheLastThatWereAcceptedCount()
    {
        Say(Initialize, succeeds: true);
        Say(Level("debug"), succeeds: true);
        Say(Level("error"), succeeds: true);
        Say(Level("nonsense"), succeeds: false);
        Say(Subscription("subscribe", "file:///a"), succeeds: true);
        Say(Subscription("subscribe", "file:///b"), succeeds: true);
        Say(Subscription("subscribe", "file:///c"), succeeds: false);
        Say(Subscription("subscribe", "file:///d"));
        Say(Subscription("unsubscribe", "file:///a"), succeeds: true);
        Say(Subscription("unsubscribe", "file:///b"), succeeds: false);

        Assert.Equal([Level("error"), Subscription("subscribe", "file:///b")], _setup.Requests().Select(Take));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Remember_InitializedAnew_ForgetsTheRest()
    {
        Say(Initialize, succeeds: true);
        Say(Initialized);
        Say(Level("debug"), succeeds: true);
        Say(Subscription("subscribe", "file:///a"), succeeds: true);

        Say(Initialize.Replace("\"id\":0", "\"id\":9", StringComparison.Ordinal), succeeds: true);

        Assert.Empty(_setup.Requests());
        Assert.Null(_setup.Initialized());
        Assert.Contains("\"id\":9", Take(_setup.Initialize()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"initialize"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled"}""")]
    public void Remember_Anything_ElseIsNoBusinessOfIts(string json)
    {
        using var message = Message(json);

        Assert.Null(_setup.Remember(message));
    }

    private static string Level(string level) => $$$"""{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"{{{level}}}"}}""";

    private static string Subscription(string verb, string uri) => $$$"""{"jsonrpc":"2.0","id":2,"method":"resources/{{{verb}}}","params":{"uri":"{{{uri}}}"}}""";

    private static string Take(Message message)
    {
        using var owned = message;
        return Encoding.UTF8.GetString(message.ToArray());
    }

    private void Say(string json, bool? succeeds = null)
    {
        using var message = Message(json);
        var answered = _setup.Remember(message);
        if (succeeds is { } result)
        {
            answered!(result);
        }
    }

    private Message Message(string json) => MessageReader.Read(_pool, Encoding.UTF8.GetBytes(json)).Single!;
}
