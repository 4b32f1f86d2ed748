using System.Buffers;
using McpProxy.Gateway.Backends;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Answers a batch with an array of its responses (JSON-RPC 2.0, section 6).</summary>
internal static class BatchResponse
{
    /// <summary>Writes each answer as it comes, in the order of the requests.</summary>
    public static async Task WriteAsync(HttpContext context, IReadOnlyList<BufferedExchange> exchanges)
    {
        const int ChunkBytes = 64 * 1024;
        var output = context.Response.BodyWriter;
        context.Response.ContentType = "application/json";
        var written = 0;
        try
        {
            for (; written < exchanges.Count; written++)
            {
                using var response = await exchanges[written].Response.WaitAsync(context.RequestAborted);
                output.Write(written == 0 ? "["u8 : ","u8);
                for (var offset = 0; offset < response.Length;)
                {
                    offset += response.WriteTo(output, offset, ChunkBytes);
                    await output.FlushAsync(context.RequestAborted);
                }
            }

            output.Write("]"u8);
        }
        catch (OperationCanceledException)
        {
            foreach (var exchange in exchanges.Skip(written))
            {
                exchange.Abandon();
            }
        }
    }
}
