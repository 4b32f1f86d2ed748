using System.Net;
using System.Net.Sockets;
using System.Text;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary>How large a body may be.</summary>
public sealed class RequestBodyTests : GatewayTest
{
    private const int Limit = 4096;

    [Theory]
    [InlineData(Limit, true, 200)]
    [InlineData(Limit + 1, true, 413)]
    [InlineData(Limit - 100, false, 200)]
    [InlineData(Limit + 1, false, 413)]
    [InlineData(Limit * 100, false, 413)]
    public async Task Post_BodyOfThatSize_IsTakenUpToTheLimit(int bytes, bool tellsItsLength, int status)
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.MaxRequestBytes = Limit);
        var client = await host.ConnectAsync();

        var answer = await client.PostAsync(Padded(Rpc.Request("ping"), bytes), request => request.Headers.TransferEncodingChunked = !tellsItsLength);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(status == 413, answer.Response.ErrorCode() is not null && answer.Response.ErrorText().Contains("--max-request-size", StringComparison.Ordinal));
    }

    /// <summary>A connection that is closed while its client still sends is reset, and the answer may be lost with it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_TooLarge_IsAnsweredAndReadForALittleLonger(bool tellsItsLength)
    {
        const int Pieces = 10;
        const int Rest = Pieces * 30_000;
        var host = await StartAsync(FaultServer.Shared(), options => options.MaxRequestBytes = Limit);
        using var deadline = Wait.Deadline();
        using var connection = new TcpClient();
        await connection.ConnectAsync(host.Address.Host, host.Address.Port, deadline.Token);
        var stream = connection.GetStream();
        var (framing, before, after) = tellsItsLength
            ? ($"Content-Length: {Limit + 1 + Rest}", "", "")
            : ("Transfer-Encoding: chunked", $"{Limit + 1 + Rest:x}\r\n", "\r\n0\r\n\r\n");
        await WriteAsync($"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n{framing}\r\n\r\n");
        await WriteAsync(before + new string(' ', Limit + 1));
        using var reader = new StreamReader(stream, leaveOpen: true);

        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync(deadline.Token));
        for (var piece = 0; piece < Pieces; piece++)
        {
            await WriteAsync(new string(' ', Rest / Pieces));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token); // A connection that is gone says so now.
        }

        await WriteAsync(after);

        Assert.Contains("--max-request-size", await reader.ReadToEndAsync(deadline.Token), StringComparison.Ordinal);

        async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), deadline.Token);
    }

    [Fact]
    public async Task PostToMessages_TooLarge_Is413()
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.MaxRequestBytes = Limit);
        var client = await host.ConnectSseAsync();

        var answer = await client.PostAsync(Padded(Rpc.Request("ping"), Limit + 1));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Post_LargeBody_ReachesTheBackendWhole(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)));
        var client = await host.ConnectAsync();
        var text = $"\"{new string('é', 3_000_000)}\"";

        Assert.Equal(text, await client.CallAsync("echo", text));
    }

    [Fact]
    public async Task Answer_TooLarge_IsAnErrorAndTheConnectionGoesOn()
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.MaxMessageBytes = 100_000);
        var client = await host.ConnectAsync();

        var answer = await client.RequestAsync(Rpc.Call("big", """{"bytes":200000}""", "\"é\""));

        Assert.Equal(("\"é\"", -32000), (answer.Id(), answer.ErrorCode()));
        Assert.Contains("--max-message-size", answer.ErrorText(), StringComparison.Ordinal);
        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    private static string Padded(string json, int bytes) => json + new string(' ', bytes - json.Length);
}
