using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Remote;

/// <summary>
/// The HTTP stack towards remote servers: no cookies, no retries, no limit on how long an answer may take. The environment's proxies are
/// followed (<c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c>, <c>NO_PROXY</c>).
/// </summary>
public static class RemoteHttp
{
    /// <summary>So that a change of a server's addresses is noticed; a connection in use lives on.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Lets a handler ask for more time before a request that begins a conversation is given up: somebody has to log in first. Called with
    /// how long it may take, from now on.
    /// </summary>
    public static readonly HttpRequestOptionsKey<Action<TimeSpan>> MoreTime = new("McpProxy.MoreTime");

    /// <summary>Makes the chain of handlers, redirects included.</summary>
    /// <exception cref="CryptographicException">The CA bundle cannot be read; see <see cref="IsBundle"/>.</exception>
    public static HttpMessageHandler Create(RemoteHttpOptions options) => new RedirectHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, options.UsesPool, cancellationToken),
        ConnectTimeout = options.ConnectTimeout,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TcpKeepAlive.IdleTime,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionLifetime = ConnectionLifetime,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Validation(options) },
        UseCookies = false,
    });

    /// <summary>Whether a file holds certificates.</summary>
    public static bool IsBundle(string path)
    {
        try
        {
            return Load(path).Count > 0;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static X509Certificate2Collection Load(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        return certificates;
    }

    private static RemoteCertificateValidationCallback? Validation(RemoteHttpOptions options)
    {
        if (options is { VerifyCertificate: true, CaBundle: null })
        {
            return null; // The system's own check.
        }

        var trusted = options.CaBundle is { } path ? Load(path) : [];
        return (_, certificate, chain, errors) => !options.VerifyCertificate
            || (certificate is X509Certificate2 server
                && (errors & (SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable)) == SslPolicyErrors.None
                && IsTrusted(server, chain, trusted));
    }

    private static bool IsTrusted(X509Certificate2 server, X509Chain? sent, X509Certificate2Collection trusted)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // Authorities of one's own seldom publish lists.
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(server);
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, bool usesPool, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            TcpKeepAlive.Enable(socket);
            return usesPool ? new PoolNetworkStream(socket) : new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
