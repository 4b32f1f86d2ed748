namespace McpProxy.Bridge.Authorization;

/// <summary>Where access tokens come from.</summary>
internal interface ITokenSource
{
    /// <summary>How tokens are had, for a report.</summary>
    string Name { get; }

    /// <summary>How long getting a new one may take.</summary>
    TimeSpan Patience { get; }

    /// <summary>The token that is there and has not expired, or null.</summary>
    ValueTask<string?> GetAsync(CancellationToken cancellationToken);

    /// <summary>Gets a token after the server has refused one, or the lack of one.</summary>
    /// <param name="challenge">The server's refusal.</param>
    /// <param name="rejected">The token that it refused, or null.</param>
    /// <param name="cancellationToken">Gives up waiting; somebody else may still be waiting for the same.</param>
    /// <exception cref="AuthorizationException">There is none to be had.</exception>
    Task<string> RenewAsync(HttpResponseMessage challenge, string? rejected, CancellationToken cancellationToken);
}
