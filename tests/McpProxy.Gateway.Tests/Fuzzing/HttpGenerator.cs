using System.Text;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Tests.Fuzzing;

namespace McpProxy.Gateway.Tests.Fuzzing;

/// <summary>Makes HTTP requests, good and bad, as bytes.</summary>
/// <param name="random">Decides.</param>
/// <param name="session">A session of Streamable HTTP that some of them name.</param>
/// <param name="sseSession">A session of HTTP+SSE that some of them name.</param>
internal sealed class HttpGenerator(Random random, string session, string sseSession)
{
    private static readonly string[] Methods = ["POST", "POST", "POST", "POST", "GET", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "CONNECT", "get", "M-SEARCH", "", "PO ST", "P\0ST"];

    private static readonly string[] Paths =
    [
        "/mcp", "/mcp", "/mcp/", "/messages/?session_id=SSE", "/messages?session_id=SSE", "/messages/?session_id=", "/messages/?session_id=x", "/messages/?session_id=SSE&session_id=SSE",
        "/messages/?session_id=%00", "/sse", "/status", "/health", "/alive", "/servers/default/mcp", "/servers/none/mcp", "/servers//mcp", "/servers/%2e%2e/mcp", "/servers/%00/mcp",
        "/servers/%ff/mcp", "/operator/sessions", "/operator/servers/default/restart", "/", "*", "//mcp", "/mcp?x=%ff", "/mcp#x", "/mcp\\", "http://evil.example/mcp", "http://127.0.0.1/mcp",
        "/%6dcp", "/MCP", "/mcp;x", "mcp", "", "/é", "/mcp%", "/mcp/../status",
    ];

    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "", "http/1.1"];

    private static readonly string[] Types = ["application/json", "application/json", "application/json", "application/json; charset=utf-16", "application/json;", "text/plain", ";", "a/b/c", "", "application/json, text/plain"];

    private static readonly string[] Accepts =
    [
        "application/json, text/event-stream", "application/json, text/event-stream", "application/json", "text/event-stream", "*/*", "", ",", "text/*;q=0", "application/json;q=x",
        "text/event-stream;q=1.0000001", "a", "/", "application/json;;;q", "*",
    ];

    private static readonly string[] Hostile =
    [
        "Origin: null", "Origin: http://evil.example", "Origin: http://localhost:1", "Origin: [", "Origin: http://[::1", "Origin: é", "Host: evil.example", "Host: [", "Host: :", "Host: localhost:99999", "Host:", "Host: a b",
        "Last-Event-ID: 0-0", "Last-Event-ID: 0-1", "Last-Event-ID: 1-99999999999999999999", "Last-Event-ID: 2147483648-1", "Last-Event-ID: -", "Last-Event-ID: 1--1", "Last-Event-ID: 0-9223372036854775807",
        "MCP-Protocol-Version: 2026-07-28", "MCP-Protocol-Version: 2025-11-25", "MCP-Protocol-Version: 1999-01-01", "MCP-Protocol-Version: x", "MCP-Protocol-Version: ", "Mcp-Method: tools/call", "Mcp-Name: =?base64?!?=",
        "Mcp-Name: =?base64?=", "Mcp-Param-X: 1", "Expect: 100-continue", "Expect: x", "Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c", "Connection: close", "Connection: x, , y", "Keep-Alive: timeout=-1",
        "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, chunked", "Content-Encoding: gzip", "Content-Encoding: br", "traceparent: 00-0-0-0", "traceparent: x", "tracestate: =", "Authorization: Bearer", "Authorization: é",
        "Cookie: a=b; ;", "X-Forwarded-For: '", "X-Forwarded-Host: evil", " folded: x", "NoColon", ": x", "X\0: 1", "X: \0", "X: \r", "Access-Control-Request-Method: \n", "Access-Control-Request-Method: POST",
        "Mcp-Session-Id: x", "Mcp-Session-Id: ", "Accept: \u2028", "Range: bytes=0-1", "If-None-Match: *", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 1, 2", "Content-Length: 0x10",
    ];

    private static readonly string[] Texts =
    [
        Rpc.Request("ping"), Rpc.Request("tools/list"), Rpc.Call("echo", "[1]"), Rpc.Call("notify", """{"count":20}""", "2", "2"), Rpc.Call("big", """{"bytes":100000}"""), Rpc.Call("no-such"), Rpc.Call("ask", id: "5"),
        Rpc.Call("log", id: "6"), Rpc.Request("no/such", id: "\"é\""), Rpc.Initialize(), Rpc.Initialize("1999-01-01"), Rpc.Initialize(capabilities: Rpc.Answers), Rpc.Initialized, Rpc.Cancelled("1"), Rpc.Cancelled("{}"),
        Rpc.Result("1"), Rpc.Result("\"x\"", "null"), Rpc.Notification("notifications/progress", """{"progressToken":1,"progress":1}"""), Rpc.Request("logging/setLevel", """{"level":"debug"}"""),
        Rpc.Request("logging/setLevel", """{"level":5}"""), Rpc.Request("resources/subscribe", """{"uri":"x"}"""), Rpc.Request("resources/unsubscribe", """{"uri":[]}"""), Rpc.Request("server/discover"),
        Rpc.Request("subscriptions/listen"), "", " ", "[", "[]", "{}", "null", "1", "\ufeff", "\"", $"[{Rpc.Request("ping")},{Rpc.Request("ping", id: "2")}]", $"[{Rpc.Request("ping")},{Rpc.Request("ping")}]", $"[{Rpc.Initialized}]",
        $"[{Rpc.Initialize()}]", "[1,null]", new string('[', 5000), new string(' ', 70_000), $"{{\"jsonrpc\":\"2.0\",\"id\":\"{new string('x', 5000)}\",\"method\":\"ping\"}}",
        """{"jsonrpc":"2.0","id":1,"method":"initialize"}""", """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":5,"capabilities":[],"clientInfo":"\ud800"}}""",
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":{}},"name":"\ud800"}}""",
        """{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""",
    ];

    private static readonly string[] Tokens = ["\r\n", "\n", "\r", "\r\n\r\n", "\0", ":", " ", "GET /mcp HTTP/1.1\r\n", "0\r\n\r\n", "ffffffff\r\n", "-1\r\n", "{", "}", "[", "]", "\"", "\\ud800", ",", "é"];

    /// <summary>A request, sometimes broken.</summary>
    public byte[] Next()
    {
        var request = Build();
        return random.Next(4) == 0 ? random.Mutate(request, Tokens) : request;
    }

    private byte[] Build()
    {
        var body = Body();
        var head = new StringBuilder($"{random.Pick(Methods)} {random.Pick(Paths).Replace("SSE", sseSession, StringComparison.Ordinal)} {random.Pick(Versions)}\r\n");
        Maybe(20, "Host: 127.0.0.1");
        Maybe(20, $"Content-Type: {random.Pick(Types)}");
        Maybe(20, $"Accept: {random.Pick(Accepts)}");
        Maybe(3, $"Mcp-Session-Id: {session}");
        for (var more = random.Next(3); more > 0; more--)
        {
            head.Append($"{random.Pick(Hostile)}\r\n");
        }

        if (random.Next(60) == 0)
        {
            head.Append($"X: {new string('x', random.Next(40_000))}\r\n");
        }

        var framed = Frame(head, body);
        return [.. Encoding.UTF8.GetBytes($"{head}\r\n"), .. framed];

        void Maybe(int mostly, string header) => head.Append(random.Next(mostly) == 0 ? "" : $"{header}\r\n");
    }

    private byte[] Body() => random.Next(5) switch
    {
        0 => random.Mutate(Encoding.UTF8.GetBytes(random.Pick(Texts)), Tokens),
        1 when random.Next(4) == 0 => [.. Enumerable.Range(0, random.Next(100)).Select(_ => (byte)random.Next(256))],
        _ => Encoding.UTF8.GetBytes(random.Pick(Texts)),
    };

    private byte[] Frame(StringBuilder head, byte[] body)
    {
        if (random.Next(3) == 0)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
            return Chunks(body);
        }

        var length = random.Next(8) == 0 ? Math.Max(0, body.Length + random.Next(-5, 6)) : body.Length;
        head.Append($"Content-Length: {length}\r\n");
        return body;
    }

    private byte[] Chunks(byte[] body)
    {
        List<byte> framed = [];
        for (var at = 0; at < body.Length;)
        {
            var count = Math.Min(body.Length - at, 1 + random.Next(Math.Max(1, body.Length / 3)));
            framed.AddRange(Encoding.ASCII.GetBytes($"{(random.Next(100) == 0 ? "zz" : count.ToString("x"))}{(random.Next(50) == 0 ? ";ext=\"x" : "")}\r\n"));
            framed.AddRange(body.AsSpan(at, count));
            framed.AddRange("\r\n"u8);
            at += count;
        }

        return random.Next(10) == 0 ? [.. framed] : [.. framed, .. "0\r\n\r\n"u8];
    }
}
