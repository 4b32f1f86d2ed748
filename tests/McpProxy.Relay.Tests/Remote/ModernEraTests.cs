using System.Net;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>Revision 2026-07-28 (basic/transports, Streamable HTTP).</summary>
public sealed class ModernEraTests
{
    private const string Meta = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Request_AfterAnInitializeEraSession_CarriesMirroredHeadersAndNoSession()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("resources/read", () => ScriptedServer.Json(RemoteFixture.Result("1")));

        await remote.SendAsync(Request("resources/read", "\"uri\":\"file:///é\","));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        var seen = remote.Server.Requests[^1];
        Assert.Equal(("2026-07-28", "resources/read", "=?base64?ZmlsZTovLy/DqQ==?="), (seen["MCP-Protocol-Version"], seen["Mcp-Method"], seen["Mcp-Name"]));
        Assert.Null(seen["Mcp-Session-Id"]);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ToolsCall_AfterTheListing_CarriesItsParameters()
    {
        const string Tools = """
            {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"t","inputSchema":{"properties":{"r":{"type":"string","x-mcp-header":"Region"}}}}]}}
            """;
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(Tools)).OnPost("tools/call", () => ScriptedServer.Json(RemoteFixture.Result("1")));
        await remote.SendAsync(Request("tools/list"));
        await remote.ReceiveAsync();

        await remote.SendAsync(Request("tools/call", "\"name\":\"t\",\"arguments\":{\"r\":\"us-west1\"},"));
        await remote.ReceiveAsync();

        Assert.Equal(("t", "us-west1"), (remote.Server.Requests[^1]["Mcp-Name"], remote.Server.Requests[^1]["Mcp-Param-Region"]));
        await remote.EndAsync();
    }

    /// <summary>Cancellation: closing the SSE response stream is the cancellation signal.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task Cancelled_ClosesTheResponseAndTellsNothing()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream().Event("""{"jsonrpc":"2.0","method":"n"}""", "7");
        remote.Server.OnPost("tools/call", stream);
        await remote.SendAsync(Request("tools/call"));
        await remote.ReceiveAsync();

        await remote.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");

        await stream.Closed;
        await remote.EndAsync();
        Assert.Single(remote.Server.Requests);
    }

    /// <summary>Receiving messages: resumable SSE streams via Last-Event-ID are not supported.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_Breaks_IsNotResumed()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/call", new ServerStream().Event("", "7").End(new IOException()));

        await remote.SendAsync(Request("tools/call"));

        Assert.Contains(RemoteFault.ConnectionLost.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
        Assert.Single(remote.Server.Requests);
    }

    /// <summary>Protocol version header: an unknown method is a 404 with a JSON-RPC error; it says nothing about a session.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task NotFound_InAnInitializeEraSession_IsTheAnswerAndEndsNothing()
    {
        const string Error = """{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}""";
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("x/y", () => ScriptedServer.Json(Error, HttpStatusCode.NotFound));

        await remote.SendAsync(Request("x/y"));

        Assert.Equal(Error, await remote.ReceiveAsync());
        Assert.Null(remote.Transport.Ended);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SubscriptionId_OfAReplacedId_IsRestored()
    {
        const string Note = """{"jsonrpc":"2.0","method":"n","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":ID}}}""";
        const string Answer = """{"jsonrpc":"2.0","id":ID,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":ID}}}""";
        await using var remote = new RemoteFixture();
        var stream = new ServerStream().Event(Note.Replace("ID", "\"mcp-proxy-1\"")).Event(Answer.Replace("ID", "\"mcp-proxy-1\"")).End();
        remote.Server.OnPost("subscriptions/listen", stream);

        await remote.SendAsync(Request("subscriptions/listen").Replace("\"id\":1", "\"id\":1.0"));

        Assert.Equal(Note.Replace("ID", "1.0"), await remote.ReceiveAsync());
        Assert.Equal(Answer.Replace("ID", "1.0"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Notification_NamesItsRevision_CarriesTheHeader()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("notifications/x", () => ScriptedServer.Status(HttpStatusCode.Accepted));

        await remote.SendAsync(Request("notifications/x").Replace("\"id\":1,", ""));

        Assert.Equal("2026-07-28", remote.Server.Requests[^1]["MCP-Protocol-Version"]);
        await remote.Server.WaitForAsync(_ => true, Token);
        await remote.EndAsync();
    }

    private static string Request(string method, string members = "") => """{"jsonrpc":"2.0","id":1,"method":"METHOD","params":{MEMBERSMETA}}"""
        .Replace("METHOD", method, StringComparison.Ordinal).Replace("MEMBERS", members, StringComparison.Ordinal).Replace("META", Meta, StringComparison.Ordinal);
}
