using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Errors;

/// <summary>Answers an HTTP request with a fault: its status, and a JSON-RPC error as the body.</summary>
internal static class FaultResponse
{
    private const int PartBytes = 64 * 1024;

    /// <summary>Writes the answer.</summary>
    /// <param name="context">The HTTP request.</param>
    /// <param name="fault">What is wrong.</param>
    /// <param name="id">The id of the JSON-RPC request, once it was read.</param>
    public static async Task WriteAsync(HttpContext context, ProxyFault fault, JsonToken id = default)
    {
        using var message = fault.ToMessage(context.RequestServices.GetRequiredService<MessagePool>(), id);
        context.Response.StatusCode = fault.Status;
        if (fault.Status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        if (fault.Status == StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close"; // The rest of the body is not read, so nothing can come after it.
        }

        await WriteMessageAsync(context, message);
    }

    /// <summary>Writes a message as a JSON body, under the status that the response has.</summary>
    public static async Task WriteMessageAsync(HttpContext context, Message message)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = message.Length;
        if (message.Length > PartBytes)
        {
            await WritePartsAsync(context, message);
            return;
        }

        message.WriteTo(context.Response.BodyWriter, 0, PartBytes); // The end of the response flushes it.
    }

    /// <summary>Writes a message to the body and flushes each part of it, so that a client that reads slowly makes us hold no more than one.</summary>
    public static async ValueTask WritePartsAsync(HttpContext context, Message message)
    {
        for (var offset = 0; offset < message.Length;)
        {
            offset += message.WriteTo(context.Response.BodyWriter, offset, PartBytes);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            await PoolThread.SwitchAsync();
        }
    }
}
