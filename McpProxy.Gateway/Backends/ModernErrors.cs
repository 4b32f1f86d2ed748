using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>The error codes of revision 2026-07-28 (basic, error codes) and the HTTP statuses that they are sent with.</summary>
internal static class ModernErrors
{
    private const int MethodNotFound = -32601;

    /// <summary>HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion.</summary>
    private static readonly int[] Codes = [-32020, -32021, -32022];

    /// <summary>Whether only a server of this era sends this error.</summary>
    public static bool IsModern(JsonElement error) => Code(error) is { } code && Codes.Contains(code);

    /// <summary>The status of an answer (transports/streamable-http): 404 for an unknown method, 400 for this era's own errors, else 200.</summary>
    public static int StatusOf(Message response)
    {
        if (!response.Envelope.IsError)
        {
            return StatusCodes.Status200OK;
        }

        try
        {
            using var json = JsonDocument.Parse(response.Body.ToArray(), new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
            return Code(json.RootElement.GetProperty("error")) switch
            {
                MethodNotFound => StatusCodes.Status404NotFound,
                { } code when Codes.Contains(code) => StatusCodes.Status400BadRequest,
                _ => StatusCodes.Status200OK,
            };
        }
        catch (InvalidOperationException)
        {
            return StatusCodes.Status200OK; // A name with half of a surrogate pair.
        }
    }

    private static int? Code(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number
            && code.TryGetInt32(out var number) ? number : null;
}
