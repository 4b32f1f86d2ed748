using System.Net;
using System.Net.Http.Headers;
using McpProxy.Relay.Remote;

namespace McpProxy.Bridge.Authorization;

/// <summary>
/// Sends an access token with every request to the remote server, and gets one when the server asks for it. A request that was answered with
/// 401 was not looked at, so it is sent again, once (MCP 2025-11-25, basic/authorization, access token usage).
/// </summary>
/// <param name="endpoint">The remote server's address; tokens go nowhere else.</param>
/// <param name="tokens">Where tokens come from.</param>
/// <param name="inner">Sends the requests.</param>
internal sealed class AuthorizationHandler(Uri endpoint, ITokenSource tokens, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Scheme = "Bearer";

    /// <summary>How the caller was authenticated, so far.</summary>
    public string Used { get; private set; } = "none";

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Contains("Authorization"))
        {
            Used = "Authorization header";
            return await base.SendAsync(request, cancellationToken);
        }

        if (!IsOurServer(request.RequestUri!))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var token = await tokens.GetAsync(cancellationToken);
        using var first = Copy(request, token);
        var response = await base.SendAsync(first, cancellationToken);
        if (!IsChallenge(response))
        {
            Used = token is null ? Used : tokens.Name;
            return response;
        }

        using (response)
        {
            Allow(request, tokens.Patience);
            token = await tokens.RenewAsync(response, token, cancellationToken);
            Used = tokens.Name;
        }

        using var second = Copy(request, token);
        return await base.SendAsync(second, cancellationToken);
    }

    private static void Allow(HttpRequestMessage request, TimeSpan time)
    {
        if (request.Options.TryGetValue(RemoteHttp.MoreTime, out var allow))
        {
            allow(time);
        }
    }

    private static bool IsChallenge(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.Unauthorized
        || (response.StatusCode == HttpStatusCode.Forbidden
            && response.Headers.WwwAuthenticate.Any(header => header.Scheme.Equals(Scheme, StringComparison.OrdinalIgnoreCase)
                && header.Parameter?.Contains("insufficient_scope", StringComparison.OrdinalIgnoreCase) == true));

    private static HttpRequestMessage Copy(HttpRequestMessage request, string? token)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri)
        {
            Version = request.Version,
            VersionPolicy = request.VersionPolicy,
            Content = request.Content is { } content ? new SharedContent(content) : null,
        };
        copy.Headers.AddAll(request.Headers);
        copy.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue(Scheme, token);
        return copy;
    }

    private bool IsOurServer(Uri address) =>
        Uri.Compare(address, endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
