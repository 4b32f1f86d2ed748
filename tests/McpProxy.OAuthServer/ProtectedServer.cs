using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace McpProxy.OAuthServer;

/// <summary>
/// A protected MCP server and its authorization server in one, on loopback: protected resource metadata (RFC 9728), authorization server
/// metadata (RFC 8414), dynamic registration (RFC 7591), authorization code with PKCE (RFC 7636), rotating refresh tokens, client credentials.
/// </summary>
public sealed class ProtectedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _accessTokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _refreshTokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Challenge, string ClientId, string RedirectUri)> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _clients = new(StringComparer.Ordinal);
    private int _logins;
    private int _registrations;
    private int _refreshes;
    private int _grants;
    private int _calls;

    private ProtectedServer(WebApplication app) => _app = app;

    /// <summary>What it does wrong.</summary>
    public OAuthFaults Faults { get; set; }

    /// <summary>How long access tokens live.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The scope that a token needs; another one is refused with 403.</summary>
    public string? WantedScope { get; set; }

    /// <summary>How often somebody logged in.</summary>
    public int Logins => _logins;

    /// <summary>How many clients registered.</summary>
    public int Registrations => _registrations;

    /// <summary>How often tokens were refreshed.</summary>
    public int Refreshes => _refreshes;

    /// <summary>How often client credentials were granted a token.</summary>
    public int Grants => _grants;

    /// <summary>How many calls got through.</summary>
    public int Calls => _calls;

    /// <summary>Every access token that was issued.</summary>
    public IReadOnlyCollection<string> Issued => [.. _accessTokens.Keys];

    /// <summary>Where it is.</summary>
    public Uri Root => new(_app.Urls.First());

    /// <summary>The MCP endpoint.</summary>
    public Uri Mcp => new(Root, "/mcp");

    /// <summary>The token endpoint.</summary>
    public Uri Token => new(Root, "/token");

    private string Issuer => Root.GetLeftPart(UriPartial.Authority);

    /// <summary>Starts it.</summary>
    public static async Task<ProtectedServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ProtectedServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>No access token is good any more.</summary>
    public void RevokeAccess() => _accessTokens.Clear();

    /// <summary>No refresh token is good any more.</summary>
    public void RevokeRefresh() => _refreshTokens.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static Task JsonAsync(HttpContext context, object body, int status = 200)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(body, context.RequestAborted);
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/mcp" => McpAsync(context),
        "/.well-known/oauth-protected-resource" or "/.well-known/oauth-protected-resource/mcp" => JsonAsync(
            context, new { resource = Mcp.AbsoluteUri, authorization_servers = new[] { Issuer }, scopes_supported = new[] { "mcp" } }),
        "/.well-known/oauth-authorization-server" => JsonAsync(context, Metadata()),
        "/register" when !Faults.HasFlag(OAuthFaults.NoRegistration) => RegisterAsync(context),
        "/authorize" => AuthorizeAsync(context),
        "/token" => TokenAsync(context),
        _ => JsonAsync(context, new { error = "not_found" }, 404),
    };

    private Dictionary<string, object> Metadata()
    {
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["issuer"] = Faults.HasFlag(OAuthFaults.WrongIssuer) ? "https://somebody.else.invalid" : Issuer,
            ["authorization_endpoint"] = $"{Issuer}/authorize",
            ["token_endpoint"] = $"{Issuer}/token",
            ["response_types_supported"] = new[] { "code" },
            ["grant_types_supported"] = new[] { "authorization_code", "refresh_token" },
            ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_post" },
        };
        if (!Faults.HasFlag(OAuthFaults.NoRegistration))
        {
            metadata["registration_endpoint"] = $"{Issuer}/register";
        }

        if (!Faults.HasFlag(OAuthFaults.NoPkce))
        {
            metadata["code_challenge_methods_supported"] = new[] { "S256" };
        }

        return metadata;
    }

    private async Task McpAsync(HttpContext context)
    {
        var token = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        if (!_accessTokens.ContainsKey(token))
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer resource_metadata=\"{Issuer}/.well-known/oauth-protected-resource/mcp\"";
            context.Response.StatusCode = 401;
            return;
        }

        if (context.Request.Method != "POST")
        {
            context.Response.StatusCode = 405;
            return;
        }

        Interlocked.Increment(ref _calls);
        using var reader = new StreamReader(context.Request.Body);
        var message = JsonNode.Parse(await reader.ReadToEndAsync(context.RequestAborted))!;
        if (message["id"] is not { } id)
        {
            context.Response.StatusCode = 202;
            return;
        }

        await JsonAsync(context, new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = id.DeepClone(),
            ["result"] = new JsonObject
            {
                ["protocolVersion"] = "2025-11-25", ["capabilities"] = new JsonObject(), ["serverInfo"] = new JsonObject { ["name"] = "protected", ["version"] = "1" },
            },
        });
    }

    private Task RegisterAsync(HttpContext context)
    {
        Interlocked.Increment(ref _registrations);
        var id = $"client-{NewSecret()}";
        _clients[id] = true;
        return JsonAsync(context, new { client_id = id, client_secret = NewSecret(), token_endpoint_auth_method = "client_secret_post" }, 201);
    }

    private Task AuthorizeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["code_challenge_method"] != "S256" || !_clients.ContainsKey(query["client_id"].ToString()))
        {
            return JsonAsync(context, new { error = "invalid_request" }, 400);
        }

        Interlocked.Increment(ref _logins);
        var state = Faults.HasFlag(OAuthFaults.WrongState) ? "another" : query["state"].ToString();
        var code = NewSecret();
        _codes[code] = (query["code_challenge"].ToString(), query["client_id"].ToString(), query["redirect_uri"].ToString());
        var answer = Faults.HasFlag(OAuthFaults.AccessDenied) ? "error=access_denied&error_description=The+user+said+no" : $"code={code}&iss={Uri.EscapeDataString(Issuer)}";
        context.Response.Redirect($"{query["redirect_uri"]}?{answer}&state={Uri.EscapeDataString(state)}");
        return Task.CompletedTask;
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (Faults.HasFlag(OAuthFaults.TokenError) || Faults.HasFlag(OAuthFaults.TokenGarbage))
        {
            context.Response.StatusCode = Faults.HasFlag(OAuthFaults.TokenError) ? 500 : 200;
            await context.Response.WriteAsync("<html>", context.RequestAborted);
            return;
        }

        var isGranted = form["grant_type"].ToString() switch
        {
            "authorization_code" => RedeemCode(form),
            "refresh_token" => Refresh(form),
            "client_credentials" => Grant(context, form),
            _ => false,
        };
        if (!isGranted)
        {
            await JsonAsync(context, new { error = form["grant_type"] == "client_credentials" ? "invalid_client" : "invalid_grant", error_description = "It is not good." }, 400);
            return;
        }

        var (access, refresh) = (NewSecret(), NewSecret());
        _accessTokens[access] = true;
        _refreshTokens[refresh] = form["client_id"].ToString();
        await JsonAsync(context, new { access_token = access, token_type = "Bearer", expires_in = (int)Lifetime.TotalSeconds, refresh_token = refresh, scope = form["scope"].ToString() });
    }

    private bool RedeemCode(IFormCollection form) =>
        _codes.TryRemove(form["code"].ToString(), out var code)
        && code.ClientId == form["client_id"]
        && code.RedirectUri == form["redirect_uri"]
        && Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))).TrimEnd('=').Replace('+', '-').Replace('/', '_') == code.Challenge;

    private bool Refresh(IFormCollection form)
    {
        // Each refresh token is good once.
        var isGood = _refreshTokens.TryRemove(form["refresh_token"].ToString(), out var client) && client == form["client_id"] && !Faults.HasFlag(OAuthFaults.NoRefresh);
        _ = isGood ? Interlocked.Increment(ref _refreshes) : 0;
        return isGood;
    }

    private bool Grant(HttpContext context, IFormCollection form)
    {
        var basic = context.Request.Headers.Authorization.ToString();
        var pair = basic.StartsWith("Basic ", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(basic[6..])) : "";
        var isGood = Faults.HasFlag(OAuthFaults.FormOnly)
            ? form["client_id"] == "id" && form["client_secret"] == "s3cret"
            : pair == "id:s3cret";
        isGood &= WantedScope is null || form["scope"] == WantedScope;
        _ = isGood ? Interlocked.Increment(ref _grants) : 0;
        return isGood;
    }
}
