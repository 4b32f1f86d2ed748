using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>The way to the remote server: TLS, proxies, redirects, credentials.</summary>
public sealed class ConnectionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bridge-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Certificate_OfOnesOwn_IsTrustedWhenNamedAndOnlyThen()
    {
        using var certificate = Certificate("localhost");
        using var foreign = Certificate("localhost");
        await using var server = await RemoteServer.StartAsync(Token, certificate: certificate);
        var url = $"https://localhost:{server.Root.Port}/mcp";

        Assert.Contains("TLS", await ErrorAsync(url), StringComparison.Ordinal);
        Assert.Contains("TLS", await ErrorAsync("--verify-ssl", Pem("foreign.pem", foreign), url), StringComparison.Ordinal);
        Assert.Null(await ErrorAsync("--verify-ssl", Pem("own.pem", certificate), url));
        Assert.Null(await ErrorAsync("--no-verify-ssl", url));
        Assert.Null(await ErrorAsync("--verify-ssl=false", url));
        Assert.Contains("TLS", await ErrorAsync("--verify-ssl", Pem("own.pem", certificate), $"https://127.0.0.1:{server.Root.Port}/mcp"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(307, "/other", null)]
    [InlineData(308, "/other", null)]
    [InlineData(301, "/other", null)]
    [InlineData(307, "http://elsewhere.invalid/mcp", "redirects to http://elsewhere.invalid/mcp")]
    [InlineData(307, "/mcp", "redirects to")]
    public async Task Redirect_WithinTheServer_IsFollowedWithMethodAndBody(int status, string location, string? error)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = (context, request) =>
        {
            var redirects = request.Path == "/mcp";
            context.Response.StatusCode = redirects ? status : 200;
            context.Response.Headers.Location = redirects ? location : default;
            return Task.FromResult(redirects);
        };

        var said = await ErrorAsync("-H", "Authorization", "Bearer mine", server.Mcp.AbsoluteUri);

        Assert.Equal(error is null, said is null);
        Assert.Contains(error ?? "", said ?? "", StringComparison.Ordinal);
        if (error is null)
        {
            var last = server.Requests.Last(request => request.Rpc == "initialize");
            Assert.Equal(("POST", "/other", "Bearer mine"), (last.Method, last.Path, last.Header("Authorization")));
        }
    }

    [Fact]
    public async Task Proxy_OfTheEnvironment_IsUsedUnlessNoProxySaysOtherwise()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var asked = AskedAsync(proxy);
        var address = $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}";
        await using var through = BridgeHost.Start(["http://remote.invalid/mcp"], ("http_proxy", address));
        await through.RequestAsync(Rpc.Initialize(1), 1, Token);

        Assert.StartsWith("POST http://remote.invalid/mcp ", await asked, StringComparison.Ordinal);
        await using var direct = BridgeHost.Start([server.Mcp.AbsoluteUri], ("http_proxy", "http://127.0.0.1:9"), ("no_proxy", "127.0.0.1"));
        Assert.NotNull(JsonNode.Parse(await direct.RequestAsync(Rpc.Initialize(1), 1, Token))!["result"]);
    }

    // REFERENCE: the variable is sent as a bearer token, and overrides any -H Authorization.
    [Fact]
    public async Task Credentials_FromEverywhere_AreSentAndNeverShown()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var file = Path.Combine(_folder.FullName, "headers");
        await File.WriteAllTextAsync(file, "# mine\nX-Api-Key: s3cret-key\n", Token);
        await using var bridge = BridgeHost.Start(
            ["-H", "Authorization", "Bearer other", "--header-file", file, "--debug", server.Mcp.AbsoluteUri], ("API_ACCESS_TOKEN", "s3cret-token"));

        await bridge.RequestAsync(Rpc.Initialize(1), 1, Token);

        var request = server.Requests.First();
        Assert.Equal(("Bearer s3cret-token", "s3cret-key"), (request.Header("Authorization"), request.Header("X-Api-Key")));
        Assert.DoesNotContain("s3cret", bridge.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SseUrl_OfTheEnvironment_StandsInForTheAddress()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([], ("SSE_URL", server.Mcp.AbsoluteUri));

        await bridge.RequestAsync(Rpc.Initialize(1), 1, Token);

        Assert.NotEmpty(server.Of("initialize"));
    }

    private static async Task<string?> ErrorAsync(params string[] arguments)
    {
        await using var bridge = BridgeHost.Start(arguments);
        return (string?)JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token))!["error"]?["message"];
    }

    private static async Task<string> AskedAsync(TcpListener proxy)
    {
        using var client = await proxy.AcceptTcpClientAsync(Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var line = await reader.ReadLineAsync(Token) ?? "";
        await client.GetStream().WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
        return line;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var created = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(created.Export(X509ContentType.Pkcs12), password: null);
    }

    private string Pem(string name, X509Certificate2 certificate)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }
}
