using System.Net;

namespace McpProxy.Bridge.Authorization;

/// <summary>
/// Stands between the SDK, which knows how to get a token, and the remote server, which it does not talk to: its POST to the server is
/// answered with the refusal that we have got, until it carries another token. What it asks of others goes out.
/// </summary>
internal sealed class ChallengeHandler(Uri endpoint, HttpResponseMessage challenge, string? rejected, HttpMessageInvoker http) : HttpMessageHandler
{
    /// <summary>The token that the SDK has got, or null.</summary>
    public string? Token { get; private set; }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Post || request.RequestUri != endpoint)
        {
            return http.SendAsync(request, cancellationToken);
        }

        var bearer = request.Headers.Authorization?.Parameter;
        if (bearer is not null && bearer != rejected)
        {
            Token = bearer;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted) { RequestMessage = request });
        }

        var refusal = new HttpResponseMessage(challenge.StatusCode) { RequestMessage = request };
        foreach (var header in challenge.Headers.WwwAuthenticate)
        {
            refusal.Headers.WwwAuthenticate.Add(header);
        }

        return Task.FromResult(refusal);
    }
}
