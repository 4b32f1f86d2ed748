using System.Buffers;
using McpProxy.Gateway.Backends;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Answers a batch with an array of its responses (JSON-RPC 2.0, section 6).</summary>
internal static class BatchResponse
{
    /// <summary>Writes each answer as it comes, in the order of the requests.</summary>
    /// <param name="context">The HTTP request.</param>
    /// <param name="exchanges">The requests.</param>
    /// <param name="wait">Waits for one answer; null when the client has left.</param>
    public static async Task WriteAsync(
        HttpContext context, IReadOnlyList<BufferedExchange> exchanges, Func<BufferedExchange, CancellationToken, ValueTask<Message?>> wait)
    {
        var output = context.Response.BodyWriter;
        context.Response.ContentType = "application/json";
        var written = 0;
        try
        {
            for (; written < exchanges.Count; written++)
            {
                using var response = await wait(exchanges[written], context.RequestAborted) ?? throw new OperationCanceledException();
                output.Write(written == 0 ? "["u8 : ","u8);
                await MessageResponse.WritePartsAsync(context, response);
            }

            output.Write("]"u8);
        }
        catch (OperationCanceledException)
        {
            foreach (var exchange in exchanges.Skip(written + 1))
            {
                _ = exchange.DiscardAsync();
            }
        }
    }
}
