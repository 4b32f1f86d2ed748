using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using McpProxy.Bridge.Configuration;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Authentication;

namespace McpProxy.Bridge.Authorization;

/// <summary>The tokens for one server in a file that only its user can read. Other processes may renew them: it is read again when it has changed.</summary>
internal sealed class TokenFile : ITokenCache
{
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly ILogger _logger;
    private TokenContainer? _tokens;
    private (DateTime Written, long Length) _stamp;

    public TokenFile(BridgeOptions options, ILogger logger)
    {
        (_folder, _logger) = (options.TokenFolder, logger);
        var key = string.Join('\n', [options.Remote.Endpoint.AbsoluteUri, string.Join(' ', options.Scopes), options.ClientMetadataDocument?.AbsoluteUri]);
        Path = System.IO.Path.Combine(_folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32]}.json");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The access token, unless it has expired or there is none.</summary>
    public string? Valid(TimeProvider time) => Read() is { } tokens && (tokens.ExpiresIn is not { } seconds || time.GetUtcNow() < tokens.ObtainedAt.AddSeconds(seconds))
        ? tokens.AccessToken
        : null;

    /// <summary>Who issued the tokens, or null.</summary>
    public string? Issuer => Read()?.AuthorizationServer;

    /// <summary>Makes the folder, so that only its user can look into it.</summary>
    public void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder); // The user's profile is closed to others already.
        }
        else
        {
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <inheritdoc/>
    public ValueTask<TokenContainer?> GetTokensAsync(CancellationToken cancellationToken) => new(Read());

    /// <inheritdoc/>
    public async ValueTask StoreTokensAsync(TokenContainer tokens, CancellationToken cancellationToken)
    {
        CreateFolder();
        var temporary = $"{Path}.{Guid.NewGuid():N}";
        await using (var file = new FileStream(temporary, OwnerOnly(FileMode.CreateNew, FileAccess.Write)))
        {
            await JsonSerializer.SerializeAsync(file, tokens, TokenJson.Default.TokenContainer, cancellationToken);
        }

        File.Move(temporary, Path, overwrite: true);
    }

    /// <summary>How a file is opened that nobody else is to read, from its first moment on.</summary>
    public static FileStreamOptions OwnerOnly(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private TokenContainer? Read()
    {
        lock (_gate)
        {
            var file = new FileInfo(Path);
            var stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (stamp != _stamp)
            {
                (_stamp, _tokens) = (stamp, file.Exists ? Load() : null);
            }

            return _tokens;
        }
    }

    private TokenContainer? Load()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path), TokenJson.Default.TokenContainer);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            _logger.TokenFileUnreadable(Path, e.GetType().Name);
            return null;
        }
    }
}
