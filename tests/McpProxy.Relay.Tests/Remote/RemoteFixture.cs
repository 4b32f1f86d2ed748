using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>A remote transport, its server, and its clock.</summary>
internal sealed class RemoteFixture : IAsyncDisposable
{
    public const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""";
    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    private static readonly Uri Endpoint = new("http://server.example/mcp");

    private readonly HttpMessageInvoker _http;

    public RemoteFixture(RemoteKind kind = RemoteKind.StreamableHttp, Func<RemoteOptions, RemoteOptions>? change = null)
    {
        _http = new HttpMessageInvoker(new RedirectHandler(Server));
        var options = new RemoteOptions { Endpoint = Endpoint, Kind = kind };
        Transport = new RemoteTransport(change?.Invoke(options) ?? options, _http, Pool, Time, NullLogger.Instance);
    }

    public ScriptedServer Server { get; } = new();

    public MessagePool Pool { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public RemoteTransport Transport { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static string Request(string id, string method = "tools/list") => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}"}""";

    public static string Result(string id) => $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{}}""";

    public Message Message(string json) => MessageReader.Read(Pool, Encoding.UTF8.GetBytes(json)).Single!;

    public async Task SendAsync(params string[] messages)
    {
        foreach (var message in messages)
        {
            Assert.True(await Transport.SendAsync(Message(message), Token));
        }
    }

    /// <summary>The next message as text, or the reason of the end.</summary>
    public async Task<string> ReceiveAsync()
    {
        var received = await Transport.ReceiveAsync(Token);
        using var message = received.Message;
        return message is null ? received.End.ToString() : Encoding.UTF8.GetString(message.ToArray());
    }

    public async Task<List<string>> ReceiveToEndAsync()
    {
        List<string> texts = [];
        for (var text = await ReceiveAsync(); text is not (nameof(EndReason.Closed) or nameof(EndReason.Broken)); text = await ReceiveAsync())
        {
            texts.Add(text);
        }

        return texts;
    }

    /// <summary>Makes the handshake.</summary>
    public async Task InitializeAsync(string? session = "session-1")
    {
        Server.Initializes(session);
        await SendAsync(Initialize);
        Assert.Contains("protocolVersion", await ReceiveAsync(), StringComparison.Ordinal);
        await SendAsync(Initialized);
    }

    /// <summary>Ends the transport; nothing may be left.</summary>
    public async Task EndAsync()
    {
        await Transport.DisposeAsync();
        Assert.Empty(await ReceiveToEndAsync());
        await AssertCleanAsync();
    }

    public async Task AssertCleanAsync()
    {
        Assert.Equal(0, Transport.InFlight);
        await Eventually.TrueAsync(() => Pool.Outstanding == 0, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        _http.Dispose();
    }
}
