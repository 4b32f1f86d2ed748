using McpProxy.Bridge.Configuration;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace McpProxy.Bridge.Authorization;

/// <summary>
/// Tokens for a person who logs in (MCP 2025-11-25, basic/authorization). The official SDK does it: discovery, registration, PKCE, the
/// checks of state and issuer, refresh. Here is what it leaves open: where tokens are kept, how the login comes back, and that it happens once.
/// </summary>
/// <param name="options">What was configured.</param>
/// <param name="http">Reaches authorization servers; stays the caller's.</param>
/// <param name="openBrowser">Shows an address to the user.</param>
/// <param name="logger">Takes what the user should know.</param>
/// <param name="time">The clock.</param>
internal sealed class LoginTokens(BridgeOptions options, HttpMessageInvoker http, Action<Uri> openBrowser, ILogger logger, TimeProvider time)
    : ITokenSource, IAsyncDisposable
{
    /// <summary>What is not the person's: discovery, registration, the token request, waiting for another process.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private TokenFile? _file;
    private bool? _hasFolder;
    private (Task<string> Task, string? Rejected)? _renewal;

    private TokenFile File => LazyInitializer.EnsureInitialized(ref _file, () => new TokenFile(options, logger));

    /// <inheritdoc/>
    public string Name => $"OAuth ({File.Issuer ?? "unknown issuer"})";

    /// <inheritdoc/>
    public TimeSpan Patience => options.LoginTimeout + Margin;

    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(CancellationToken cancellationToken) =>
        // Where nobody has ever logged in, nothing is loaded that only a login needs: a host waits for the first answer. It is looked for
        // once: whoever needs a token that another process gets meanwhile is asked for it.
        new(_file is not null || (_hasFolder ??= Directory.Exists(options.TokenFolder)) ? File.Valid(time) : null);

    /// <inheritdoc/>
    public Task<string> RenewAsync(HttpResponseMessage challenge, string? rejected, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_renewal is not { Task.IsCompleted: false } renewal || renewal.Rejected != rejected)
            {
                // It goes on when the request that began it is given up: somebody is typing a password, and the next request needs it.
                _renewal = renewal = (RenewOnceAsync(Copy(challenge), rejected), rejected);
            }

            return renewal.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_renewal is { } renewal)
        {
            await ((Task)renewal.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stopping.Dispose();
    }

    /// <summary>The response itself ends with the request that got it.</summary>
    private static HttpResponseMessage Copy(HttpResponseMessage challenge)
    {
        var copy = new HttpResponseMessage(challenge.StatusCode);
        foreach (var header in challenge.Headers.WwwAuthenticate)
        {
            copy.Headers.WwwAuthenticate.Add(header);
        }

        return copy;
    }

    private async Task<string> RenewOnceAsync(HttpResponseMessage challenge, string? rejected)
    {
        await Task.Yield(); // Whoever begins it holds the gate.
        using var owned = challenge;
        using var timeout = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        var since = time.GetUtcNow();
        try
        {
            File.CreateFolder();
            await using var turn = await LoginLock.TakeAsync($"{File.Path}.lock", time, logger, patience.Token);
            return Renewed(challenge, rejected) ?? await AcquireAsync(turn, since, challenge, rejected, patience.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new AuthorizationException("Nobody has logged in to the remote server in time. The next request asks again.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not HttpIOException)
        {
            throw new AuthorizationException("Tokens cannot be kept: their folder cannot be written to. --token-folder names another one.", e);
        }
    }

    /// <summary>What another process has got meanwhile. More rights than a token has are not to be had from the file.</summary>
    private string? Renewed(HttpResponseMessage challenge, string? rejected) =>
        challenge.StatusCode == System.Net.HttpStatusCode.Unauthorized && File.Valid(time) is { } token && token != rejected ? token : null;

    private async Task<string> AcquireAsync(LoginLock turn, DateTimeOffset since, HttpResponseMessage challenge, string? rejected, CancellationToken cancellationToken)
    {
        if (turn.ReadFailure() is { } failure && failure.At >= since)
        {
            throw new AuthorizationException(failure.Message); // It failed while we waited: asking once more would not please the user.
        }

        try
        {
            var token = await AcquireAsync(challenge, rejected, cancellationToken);
            turn.WriteFailure(null);
            return token;
        }
        catch (AuthorizationException e)
        {
            turn.WriteFailure(new LoginFailure(time.GetUtcNow(), e.Message));
            throw;
        }
    }

    private async Task<string> AcquireAsync(HttpResponseMessage challenge, string? rejected, CancellationToken cancellationToken)
    {
        using var listener = LoginListener.Start(options, time);
        using var handler = new ChallengeHandler(options.Remote.Endpoint, challenge, rejected, http);
        using var client = new HttpClient(handler, disposeHandler: false);
        await using var transport = new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = options.Remote.Endpoint, TransportMode = HttpTransportMode.StreamableHttp, OAuth = OAuth(listener) }, client);
        try
        {
            await using var session = await transport.ConnectAsync(cancellationToken);
            await session.SendMessageAsync(new JsonRpcNotification { Method = "notifications/authorize" }, cancellationToken);
        }
        catch (Exception e) when (e is McpException or HttpRequestException or InvalidOperationException or System.Text.Json.JsonException)
        {
            logger.LoginFailed(e.Message);
            throw new AuthorizationException($"The remote server wants a login, and it failed: {Sentence(e.Message)} If it wants a token instead: -H Authorization, --header-file or API_ACCESS_TOKEN.", e);
        }

        logger.LoggedIn(options.Remote.Endpoint.Authority);
        return handler.Token ?? throw new AuthorizationException("The remote server wants a login, and none could be made. -H Authorization, --header-file or API_ACCESS_TOKEN send a token.");
    }

    private static string Sentence(string text) => $"{text.ReplaceLineEndings(" ").TrimEnd('.', ' ')}.";

    private ClientOAuthOptions OAuth(LoginListener listener) => new()
    {
        RedirectUri = listener.Address,
        AuthorizationCallbackHandler = async (context, cancellationToken) =>
        {
            logger.LogIn(options.Remote.Endpoint.Authority, context.AuthorizationUri.AbsoluteUri);
            if (options.OpenBrowser)
            {
                openBrowser(context.AuthorizationUri);
            }

            return await listener.WaitAsync(context.AuthorizationUri, cancellationToken);
        },
        ClientMetadataDocumentUri = options.ClientMetadataDocument,
        DynamicClientRegistration = new DynamicClientRegistrationOptions { ClientName = "mcp-proxy" },
        Scopes = options.Scopes.Count > 0 ? options.Scopes : null,
        TokenCache = File,
    };
}
