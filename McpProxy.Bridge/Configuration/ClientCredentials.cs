namespace McpProxy.Bridge.Configuration;

/// <summary>What an authorization server knows this client by (OAuth 2.0, RFC 6749, section 4.4).</summary>
/// <param name="ClientId">The client's id.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="TokenUrl">The token endpoint.</param>
internal sealed record ClientCredentials(string ClientId, string ClientSecret, Uri TokenUrl);
