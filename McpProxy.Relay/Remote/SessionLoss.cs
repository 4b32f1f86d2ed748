using System.Net;
using System.Text;

namespace McpProxy.Relay.Remote;

/// <summary>How servers say that they know a session no more.</summary>
internal static class SessionLoss
{
    /// <summary>Whether the server does not know the session: 404 (2025-11-25, transports, session management), or as some say it, 400 and a word about it.</summary>
    public static async Task<bool> IsMeantAsync(HttpResponseMessage response, RemoteSession? session, CancellationToken cancellationToken)
    {
        if (session is null || response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.BadRequest))
        {
            return false;
        }

        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return session.Id is not null;
        }

        const int MaxBytes = 64 * 1024;
        if (response.Content.Headers.ContentLength > MaxBytes || !await TryBufferAsync(response.Content, MaxBytes, cancellationToken))
        {
            return false;
        }

        // Not as a string: that fails for a charset that is none.
        var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return text.Contains("session id", StringComparison.OrdinalIgnoreCase)
            || text.Contains("session not found", StringComparison.OrdinalIgnoreCase)
            || text.Contains("not initialized", StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<bool> TryBufferAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            await content.LoadIntoBufferAsync(maxBytes, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || UndecodableBody.Is(e))
        {
            return false; // Too long for that, or cut, or not what its Content-Encoding says.
        }
    }
}
