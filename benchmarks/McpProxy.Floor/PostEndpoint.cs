using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace McpProxy.Floor;

/// <summary>What is done with a POST, whatever it says.</summary>
internal sealed class PostEndpoint(LinePipe pipe)
{
    /// <summary>Answers with the body.</summary>
    public static async Task EchoAsync(HttpContext context)
    {
        var body = await ReadAsync(context.Request.BodyReader);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        foreach (var segment in body)
        {
            context.Response.BodyWriter.Write(segment.Span);
        }

        context.Request.BodyReader.AdvanceTo(body.End);
    }

    /// <summary>Writes the body to the child as a line, and answers with the line that comes back.</summary>
    public async Task PipeAsync(HttpContext context)
    {
        var body = await ReadAsync(context.Request.BodyReader);
        var exchange = new LineExchange(context.Response);
        pipe.Send(body, exchange);
        context.Request.BodyReader.AdvanceTo(body.End);
        await exchange.Answered;
    }

    /// <summary>Reads the whole body, which the reader holds until it is advanced.</summary>
    public static async ValueTask<ReadOnlySequence<byte>> ReadAsync(PipeReader reader)
    {
        while (true)
        {
            var result = await reader.ReadAsync();
            if (result.IsCompleted)
            {
                return result.Buffer;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
