using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway;

/// <summary>Answers an HTTP request with a message as a JSON body.</summary>
internal static class MessageResponse
{
    private const int PartBytes = 64 * 1024;

    /// <summary>Writes the answer, under the status that the response has.</summary>
    public static async Task WriteAsync(HttpContext context, Message message)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = message.Length;
        if (message.Length > PartBytes)
        {
            await WritePartsAsync(context, message);
            return;
        }

        message.WriteTo(context.Response.BodyWriter); // The end of the response flushes it.
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
