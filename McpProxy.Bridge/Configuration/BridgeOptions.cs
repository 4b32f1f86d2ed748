using McpProxy.Relay.Remote;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Configuration;

/// <summary>What the bridge was asked to do, checked and complete.</summary>
internal sealed record BridgeOptions
{
    /// <summary>The remote server, with every header that is sent to it: from flags, header files and <c>API_ACCESS_TOKEN</c>.</summary>
    public required RemoteOptions Remote { get; init; }

    /// <summary>Whether the server's certificate is checked.</summary>
    /// <value>Default: true.</value>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>A file of certificates (PEM) that are trusted in place of the system's.</summary>
    public string? CaBundle { get; init; }

    /// <summary>OAuth 2 client credentials; null when none were given.</summary>
    public ClientCredentials? ClientCredentials { get; init; }

    /// <summary>The scopes to ask an authorization server for, when the server names none.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Where a document that describes this client is published (OAuth client ID metadata document); null when nowhere.</summary>
    public Uri? ClientMetadataDocument { get; init; }

    /// <summary>Whether a login opens the browser; its address is written to stderr in any case.</summary>
    /// <value>Default: true.</value>
    public bool OpenBrowser { get; init; } = true;

    /// <summary>The loopback port on which a login comes back.</summary>
    /// <value>0 (default): derived from the server's address, and a free one when that is taken.</value>
    public int CallbackPort { get; init; }

    /// <summary>How long a person may take to log in.</summary>
    /// <value>Default: 5 minutes.</value>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The folder in which tokens are kept between runs.</summary>
    public required string TokenFolder { get; init; }

    /// <summary>How long replies that are pending when stdin closes may take.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is logged to stderr.</summary>
    /// <value>Default: information.</value>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
