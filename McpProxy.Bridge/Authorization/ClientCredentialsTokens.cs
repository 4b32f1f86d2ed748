using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using McpProxy.Bridge.Configuration;

namespace McpProxy.Bridge.Authorization;

/// <summary>Tokens for a program without a person (OAuth 2.0 client credentials, RFC 6749, section 4.4); kept in memory.</summary>
internal sealed class ClientCredentialsTokens(BridgeOptions options, HttpMessageInvoker http, TimeProvider time) : ITokenSource, IDisposable
{
    /// <summary>A token is renewed a little before it expires: clocks differ, and requests take their time.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly ClientCredentials _credentials = options.ClientCredentials!;
    private string? _token;
    private DateTimeOffset _expires = DateTimeOffset.MaxValue;

    /// <inheritdoc/>
    public string Name => "client credentials";

    /// <inheritdoc/>
    public TimeSpan Patience => options.Remote.ConnectTimeout * 2;

    /// <inheritdoc/>
    public async ValueTask<string?> GetAsync(CancellationToken cancellationToken) => await GetAsync(rejected: null, cancellationToken);

    /// <inheritdoc/>
    public Task<string> RenewAsync(HttpResponseMessage challenge, string? rejected, CancellationToken cancellationToken) =>
        GetAsync(rejected, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<string> GetAsync(string? rejected, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token is null || _token == rejected || time.GetUtcNow() >= _expires)
            {
                (_token, _expires) = await RequestAsync(cancellationToken);
            }

            return _token;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(string Token, DateTimeOffset Expires)> RequestAsync(CancellationToken cancellationToken)
    {
        using var basic = await PostAsync(inBody: false, cancellationToken);
        if (basic.IsSuccessStatusCode || basic.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized))
        {
            return await ReadAsync(basic, cancellationToken);
        }

        using var form = await PostAsync(inBody: true, cancellationToken); // Some servers know only this way (RFC 6749, section 2.3.1).
        return await ReadAsync(form, cancellationToken);
    }

    private async Task<HttpResponseMessage> PostAsync(bool inBody, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials" };
        if (options.Scopes.Count > 0)
        {
            form["scope"] = string.Join(' ', options.Scopes);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _credentials.TokenUrl);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (inBody)
        {
            (form["client_id"], form["client_secret"]) = (_credentials.ClientId, _credentials.ClientSecret);
        }
        else
        {
            var pair = $"{Uri.EscapeDataString(_credentials.ClientId)}:{Uri.EscapeDataString(_credentials.ClientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        request.Content = new FormUrlEncodedContent(form);
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new AuthorizationException("The token endpoint cannot be reached. Check --token-url.", e);
        }
    }

    private async Task<(string Token, DateTimeOffset Expires)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        const int MaxBytes = 1024 * 1024;
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (response.IsSuccessStatusCode && json.RootElement.GetProperty("access_token").GetString() is { Length: > 0 } token)
            {
                var lifetime = json.RootElement.TryGetProperty("expires_in", out var seconds) ? TimeSpan.FromSeconds(seconds.GetDouble()) : TimeSpan.FromDays(1);
                return (token, time.GetUtcNow() + (lifetime > Margin * 2 ? lifetime - Margin : lifetime / 2));
            }

            throw new AuthorizationException($"The token endpoint refused with HTTP {(int)response.StatusCode}{Reason(json.RootElement)}. Check --client-id, --client-secret and --scope.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or HttpRequestException or IOException)
        {
            throw new AuthorizationException($"The token endpoint answered with HTTP {(int)response.StatusCode} and no token. Check --token-url.", e);
        }
    }

    private static string Reason(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
            ? $" ({error.GetString()}{(answer.TryGetProperty("error_description", out var text) && text.ValueKind == JsonValueKind.String ? $": {text.GetString()}" : "")})"
            : "";
}
