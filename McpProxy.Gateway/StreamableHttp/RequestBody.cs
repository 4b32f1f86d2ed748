using System.Buffers;
using System.Text.Unicode;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;
using Microsoft.AspNetCore.Connections;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Reads the body of a POST as messages.</summary>
internal static class RequestBody
{
    /// <summary>What is rented at first: a body that claims to be large has to show it.</summary>
    private const int FirstBytes = 64 * 1024;

    /// <summary>
    /// How much Kestrel may read past the limit, which it does for a while after the answer: a connection that is closed while its client still
    /// sends is reset, and the answer may be lost with it.
    /// </summary>
    public const int SkippedBytes = 1024 * 1024;

    /// <summary>Reads the body.</summary>
    /// <returns>The messages, which are the caller's to dispose; or what is wrong with the body.</returns>
    public static async ValueTask<(Parsed Parsed, ProxyFault? Fault)> ReadAsync(HttpContext context, MessagePool pool, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            return (default, ProxyFault.BodyTooLarge);
        }

        var buffer = pool.Rent((int)Math.Clamp(context.Request.ContentLength ?? FirstBytes, 1, FirstBytes));
        var length = 0;
        try
        {
            var body = context.Request.BodyReader;
            while (true)
            {
                var read = await body.ReadAsync(context.RequestAborted);
                if (length + read.Buffer.Length > FirstBytes)
                {
                    await PoolThread.SwitchAsync();
                }

                if (length + read.Buffer.Length > maxBytes)
                {
                    body.AdvanceTo(read.Buffer.End);
                    pool.Return(buffer);
                    return (default, ProxyFault.BodyTooLarge);
                }

                var needed = length + (int)read.Buffer.Length;
                buffer = needed > buffer.Length ? Grow(pool, buffer, length, needed) : buffer;
                read.Buffer.CopyTo(buffer.AsSpan(length));
                length = needed;
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (BadHttpRequestException e)
        {
            pool.Return(buffer);
            return (default, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? ProxyFault.BodyTooLarge : ProxyFault.BodyIncomplete);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or IOException)
        {
            pool.Return(buffer);
            return (default, ProxyFault.BodyIncomplete);
        }

        if (!Utf8.IsValid(buffer.AsSpan(0, length)))
        {
            pool.Return(buffer);
            return (default, ProxyFault.NotUtf8);
        }

        return (MessageReader.Read(pool, buffer, length), null);
    }

    private static byte[] Grow(MessagePool pool, byte[] buffer, int length, int needed)
    {
        var larger = pool.Rent(Math.Max(needed, buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        pool.Return(buffer);
        return larger;
    }
}
