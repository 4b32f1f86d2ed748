using System.Net;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Bridge;

/// <summary>
/// Sends a handshake to nobody while the command line is read, so that the code on the way is compiled when the host's own arrives: with two
/// cores about a tenth of the time to the first answer.
/// </summary>
internal static class WarmUp
{
    private static readonly Uri Nobody = new("http://localhost/mcp");

    /// <summary>Runs on a thread of its own; throws nothing.</summary>
    public static async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            var pool = new MessagePool();
            using var http = new HttpMessageInvoker(new Stub());
            await using var transport = new RemoteTransport(new RemoteOptions { Endpoint = Nobody }, http, pool, TimeProvider.System, NullLogger.Instance);
            await transport.SendOrDiscardAsync(OwnMessages.Call(pool, JsonToken.From(1), "initialize", writer => writer.WriteString("protocolVersion"u8, ""u8)), CancellationToken.None);
            (await transport.ReceiveAsync(CancellationToken.None)).Message?.Dispose();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException)
        {
            // Then it is compiled later.
        }
    }

    /// <summary>A server that answers a handshake.</summary>
    private sealed class Stub : HttpMessageHandler
    {
        /// <inheritdoc/>
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { } content)
            {
                await content.CopyToAsync(Stream.Null, cancellationToken);
            }

            var answer = new StringContent("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"\"}}\n\n");
            answer.Headers.ContentType = new("text/event-stream");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = answer, RequestMessage = request };
        }
    }
}
