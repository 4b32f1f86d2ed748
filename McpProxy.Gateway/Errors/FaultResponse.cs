using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Errors;

/// <summary>Answers an HTTP request with a fault: its status, and a JSON-RPC error as the body.</summary>
internal static class FaultResponse
{
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

        await MessageResponse.WriteAsync(context, message);
    }
}
