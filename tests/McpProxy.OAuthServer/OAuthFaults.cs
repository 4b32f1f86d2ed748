namespace McpProxy.OAuthServer;

/// <summary>What the authorization server does wrong.</summary>
[Flags]
public enum OAuthFaults
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its metadata name another issuer (RFC 8414, section 3.3).</summary>
    WrongIssuer = 1,

    /// <summary>Its metadata do not offer PKCE with S256.</summary>
    NoPkce = 2,

    /// <summary>The user refuses.</summary>
    AccessDenied = 4,

    /// <summary>The login comes back with a state that is not the one it began with.</summary>
    WrongState = 8,

    /// <summary>The token endpoint answers with 500.</summary>
    TokenError = 16,

    /// <summary>The token endpoint answers with what is no JSON.</summary>
    TokenGarbage = 32,

    /// <summary>There is no registration endpoint.</summary>
    NoRegistration = 64,

    /// <summary>Refreshing is refused.</summary>
    NoRefresh = 128,

    /// <summary>Clients authenticate in the form, not with HTTP Basic.</summary>
    FormOnly = 256,
}
