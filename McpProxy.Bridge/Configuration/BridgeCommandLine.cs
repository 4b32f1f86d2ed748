using System.CommandLine;
using McpProxy.Relay.Configuration;
using McpProxy.Relay.Remote;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Configuration;

/// <summary>Reads the bridge's command line, and the two things that the environment adds to it.</summary>
internal sealed class BridgeCommandLine
{
    private const string TokenVariable = "API_ACCESS_TOKEN";

    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly BridgeFlag _flags = new();
    private readonly HeaderList _headers = new();
    private readonly List<string> _errors = [];
    private readonly Func<string, string?> _variable;
    private readonly ParseResult _result;

    private BridgeCommandLine(IEnumerable<string> words, Func<string, string?> variable)
    {
        _variable = variable;
        _result = _flags.ToCommand().Parse(TakeHeaders(words), Parsing);
        _errors.AddRange(_result.Errors.Select(error => error.Message));
    }

    /// <summary>Reads a command line; never throws.</summary>
    /// <param name="words">The words: <c>[check] URL</c>, or <c>check -- COMMAND</c>, and flags.</param>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    public static BridgeArguments Parse(IEnumerable<string> words, Func<string, string?> variable) => new BridgeCommandLine(words, variable).Parse();

    /// <summary>Takes out what System.CommandLine cannot read: a flag with two values that is given more than once.</summary>
    private List<string> TakeHeaders(IEnumerable<string> words)
    {
        var rest = new Queue<string>(words);
        var others = new List<string>();
        while (rest.TryDequeue(out var word))
        {
            if (word is not ("-H" or "--headers"))
            {
                others.Add(word);
                others.AddRange(word == "--" ? rest : []);
                rest = word == "--" ? new Queue<string>() : rest;
            }
            else if (rest.TryDequeue(out var name) && rest.TryDequeue(out var value))
            {
                _headers.Add("-H/--headers", name, value);
            }
            else
            {
                _errors.Add("-H/--headers: takes two values, as two words without '='");
            }
        }

        return others;
    }

    private BridgeArguments Parse()
    {
        if (_result.Errors.Count > 0)
        {
            return new BridgeArguments { Errors = [.. _errors, .. _headers.Errors] }; // The value of a flag that lacks one cannot even be asked for.
        }

        var operands = _result.GetValue(_flags.Operands) ?? [];
        var isCheck = operands is ["check", ..];
        var target = isCheck ? operands[1..] : operands;
        var isCommand = isCheck && target is [var first, ..] && !IsAddress(first);
        var options = isCommand ? null : ReadOptions(target);
        var errors = _errors.Concat(_headers.Errors).ToList();
        return errors.Count > 0
            ? new BridgeArguments { Errors = errors }
            : new BridgeArguments { Options = options, IsCheck = isCheck, Command = isCommand ? target : [], Json = _result.GetValue(_flags.Json) };
    }

    private static bool IsAddress(string word) =>
        word.StartsWith("http://", StringComparison.Ordinal) || word.StartsWith("https://", StringComparison.Ordinal);

    private BridgeOptions? ReadOptions(string[] target)
    {
        var endpoint = ReadEndpoint(target);
        ReadHeaders();
        var (verify, bundle) = ReadVerification();
        var defaults = new RemoteOptions { Endpoint = endpoint ?? new Uri("http://localhost") };
        return new BridgeOptions
        {
            Remote = defaults with
            {
                Kind = ReadKind(),
                Headers = _headers.ToList(),
                ConnectTimeout = ReadDuration(_flags.ConnectTimeout, defaults.ConnectTimeout, mayBeZero: false),
                IdleTimeout = ReadDuration(_flags.IdleTimeout, defaults.IdleTimeout, mayBeZero: true),
                MaxMessageBytes = Read(_flags.MaxMessageSize, defaults.MaxMessageBytes, SettingText.WantedSize, SettingText.TryReadSize, bytes => bytes > 0),
            },
            VerifyCertificate = verify,
            CaBundle = bundle,
            ClientCredentials = ReadCredentials(),
            Scopes = [.. (_result.GetValue(_flags.Scope) ?? []).SelectMany(scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
            ClientMetadataDocument = ReadUrl(_flags.ClientMetadataUrl, httpsOnly: true),
            OpenBrowser = !_result.GetValue(_flags.NoBrowser),
            CallbackPort = Read(_flags.CallbackPort, 0, "a port from 0 to 65535", SettingText.TryReadNumber, port => port is >= 0 and <= 65535),
            TokenFolder = Text(_flags.TokenFolder) ?? UserFolder.Find(_variable),
            ShutdownTimeout = ReadDuration(_flags.ShutdownTimeout, TimeSpan.FromSeconds(10), mayBeZero: true),
            LogLevel = ReadLogLevel(),
        };
    }

    private Uri? ReadEndpoint(string[] target)
    {
        if (target is not [var word])
        {
            _errors.Add(target.Length == 0 ? "the URL of the remote server is missing" : $"one URL is enough, and there are {target.Length} words");
            return null;
        }

        if (!IsAddress(word) || !Uri.TryCreate(word, UriKind.Absolute, out var endpoint))
        {
            _errors.Add("the URL of the remote server must be an address that starts with http:// or https://");
            return null;
        }

        if (endpoint.UserInfo.Length > 0)
        {
            _errors.Add("the URL holds a user name or password, which lists of processes show: use --header-file, API_ACCESS_TOKEN or -H Authorization");
            return null;
        }

        return ServiceEndpoint.Resolve(endpoint, _variable);
    }

    private void ReadHeaders()
    {
        foreach (var file in _result.GetValue(_flags.HeaderFile) ?? [])
        {
            _headers.AddFile(file);
        }

        if (_variable(TokenVariable) is { Length: > 0 } token)
        {
            _headers.Add(TokenVariable, "Authorization", $"Bearer {token.Trim()}");
        }
    }

    private RemoteKind ReadKind()
    {
        switch (Text(_flags.Transport)?.ToUpperInvariant())
        {
            case null or "AUTO":
                return RemoteKind.Auto;
            case "SSE":
                return RemoteKind.HttpSse;
            case "STREAMABLEHTTP" or "STREAMABLE-HTTP" or "HTTP":
                return RemoteKind.StreamableHttp;
            default:
                _errors.Add("--transport: must be auto, streamablehttp or sse");
                return RemoteKind.Auto;
        }
    }

    private (bool Verify, string? Bundle) ReadVerification()
    {
        if (_result.GetValue(_flags.NoVerifySsl))
        {
            return (false, null);
        }

        switch (Text(_flags.VerifySsl)?.Trim())
        {
            case null or "":
                return (true, null);
            case var text when SettingText.TryReadSwitch(text, out var verify):
                return (verify, null);
            case var path:
                if (!RemoteHttp.IsBundle(path))
                {
                    _errors.Add($"--verify-ssl: {path} is no file with certificates (PEM), nor yes or no");
                }

                return (true, path);
        }
    }

    private ClientCredentials? ReadCredentials()
    {
        var id = Text(_flags.ClientId);
        var file = Text(_flags.ClientSecretFile);
        var secret = file is null ? Text(_flags.ClientSecret) : TextFile.Read("--client-secret-file", file, _errors)?.Trim();
        var url = ReadUrl(_flags.TokenUrl, httpsOnly: false);
        if (id is null && secret is null && Text(_flags.TokenUrl) is null)
        {
            return null;
        }

        string[] missing =
        [
            .. string.IsNullOrEmpty(id) ? ["--client-id"] : Array.Empty<string>(),
            .. string.IsNullOrEmpty(secret) ? ["--client-secret (or --client-secret-file)"] : Array.Empty<string>(),
            .. Text(_flags.TokenUrl) is null ? ["--token-url"] : Array.Empty<string>(),
        ];
        if (missing.Length > 0)
        {
            _errors.Add($"client credentials need --client-id, --client-secret and --token-url together: {string.Join(" and ", missing)} missing");
        }

        return missing.Length > 0 || url is null ? null : new ClientCredentials(id!, secret!, url);
    }

    private Uri? ReadUrl(Option<string> flag, bool httpsOnly)
    {
        if (Text(flag) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (!httpsOnly && url.Scheme == Uri.UriSchemeHttp)))
        {
            return url;
        }

        _errors.Add($"{flag.Name}: must be an address that starts with https://{(httpsOnly ? "" : " or http://")}");
        return null;
    }

    private LogLevel ReadLogLevel()
    {
        var level = Read(_flags.LogLevel, LogLevel.Information, LogLevelName.Wanted, LogLevelName.TryRead, _ => true);
        return _result.GetValue(_flags.Debug) && !_result.GetValue(_flags.NoDebug) ? LogLevel.Debug : level;
    }

    private TimeSpan ReadDuration(Option<string> flag, TimeSpan fallback, bool mayBeZero) =>
        Read(flag, fallback, SettingText.WantedDuration, SettingText.TryReadDuration, time => (mayBeZero || time > TimeSpan.Zero) && time <= TimeSpan.FromDays(1));

    private T Read<T>(Option<string> flag, T fallback, string wanted, TryRead<T> tryRead, Func<T, bool> isAllowed)
    {
        if (Text(flag) is not { } text)
        {
            return fallback;
        }

        if (tryRead(text, out var value) && isAllowed(value))
        {
            return value;
        }

        _errors.Add($"{flag.Name}: '{text}' is not {wanted}");
        return fallback;
    }

    /// <summary>The last value that was given for a flag.</summary>
    private string? Text(Option<string> flag) => _result.GetResult(flag) is { Tokens: [.., var last] } ? last.Value : null;

    private delegate bool TryRead<T>(string text, out T value);
}
