using System.Net;

namespace McpProxy.Relay.Remote;

/// <summary>
/// Follows redirects as far as it is safe: within the server's origin, or from http to https on the same host. Elsewhere the headers,
/// which hold credentials, would reach somebody else.
/// </summary>
internal sealed class RedirectHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaxRedirects = 5;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        for (var count = 0; IsRedirect(response, request.Method); count++)
        {
            var target = new Uri(request.RequestUri!, response.Headers.Location!);
            response.Dispose();
            if (count == MaxRedirects || !IsSameServer(request.RequestUri!, target))
            {
                throw new RemoteException(RemoteFault.Redirected(target));
            }

            request.RequestUri = target;
            response = await base.SendAsync(request, cancellationToken);
        }

        return response;
    }

    /// <summary>A 303 wants a GET of something else, which is no answer to a POST.</summary>
    private static bool IsRedirect(HttpResponseMessage response, HttpMethod method) => response.Headers.Location is not null
        && (response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || (response.StatusCode == HttpStatusCode.SeeOther && method == HttpMethod.Get));

    private static bool IsSameServer(Uri from, Uri to) => from.Host == to.Host
        && ((from.Scheme == to.Scheme && from.Port == to.Port) || (from.Scheme == Uri.UriSchemeHttp && to.Scheme == Uri.UriSchemeHttps && to.IsDefaultPort));
}
