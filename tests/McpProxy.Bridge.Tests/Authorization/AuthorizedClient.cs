using System.Net;
using System.Text;
using McpProxy.Bridge.Authorization;
using McpProxy.Bridge.Configuration;
using McpProxy.OAuthServer;
using McpProxy.Relay.Remote;

namespace McpProxy.Bridge.Tests.Authorization;

/// <summary>What one bridge has between itself and a protected server, with a browser that logs in.</summary>
internal sealed class AuthorizedClient : IAsyncDisposable
{
    private readonly HttpMessageHandler _network = RemoteHttp.Create(new RemoteHttpOptions());
    private readonly HttpMessageInvoker _direct;
    private readonly HttpMessageInvoker _http;
    private readonly LoginTokens _logins;
    private readonly ClientCredentialsTokens? _credentials;
    private readonly HttpClient _browser;
    private readonly Uri _endpoint;

    public AuthorizedClient(ProtectedServer server, string folder, Func<BridgeOptions, BridgeOptions>? configure = null, Uri? endpoint = null)
    {
        _endpoint = endpoint ?? server.Mcp;
        var options = new BridgeOptions { Remote = new RemoteOptions { Endpoint = _endpoint }, TokenFolder = folder };
        options = configure?.Invoke(options) ?? options;
        _direct = new HttpMessageInvoker(_network, disposeHandler: false);
        _browser = new HttpClient(new SocketsHttpHandler());
        _credentials = options.ClientCredentials is null ? null : new ClientCredentialsTokens(options, _direct, TimeProvider.System);
        _logins = new LoginTokens(options, _direct, OpenBrowser, Logger, TimeProvider.System);
        Handler = new AuthorizationHandler(_endpoint, (ITokenSource?)_credentials ?? _logins, _network);
        _http = new HttpMessageInvoker(Handler);
    }

    public RecordingLogger Logger { get; } = new();

    public AuthorizationHandler Handler { get; }

    /// <summary>Done when the user makes up their mind; at once unless set.</summary>
    public Func<Task> Decision { get; set; } = () => Task.CompletedTask;

    /// <summary>What the browser shows in the end.</summary>
    public Task<string> Page { get; private set; } = Task.FromResult("");

    /// <summary>Whether the browser is opened.</summary>
    public int Opened { get; private set; }

    public async Task<HttpStatusCode> CallAsync(CancellationToken cancellationToken, HttpMethod? method = null, Uri? address = null, string? authorization = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, address ?? _endpoint);
        if (request.Method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"ping"}"""));
            request.Content.Headers.ContentType = new("application/json");
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _logins.DisposeAsync();
        _credentials?.Dispose();
        _http.Dispose();
        _direct.Dispose();
        _browser.Dispose();
    }

    private void OpenBrowser(Uri address)
    {
        Opened++;
        Page = BrowseAsync(address);
    }

    private async Task<string> BrowseAsync(Uri address)
    {
        await Decision();
        return await _browser.GetStringAsync(address, CancellationToken.None);
    }
}
