using System.CommandLine;

namespace McpProxy.Gateway.Configuration;

/// <summary>Turns a parsed command line into configuration keys and values.</summary>
internal sealed class CommandLineSettings
{
    private const string Backends = $"{GatewayOptions.Section}:{nameof(GatewayOptions.Backends)}";

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly CommandLineModel _model;
    private readonly ParseResult _result;

    private CommandLineSettings(CommandLineModel model, ParseResult result)
    {
        _model = model;
        _result = result;
    }

    /// <summary>The settings, for an in-memory configuration source.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>Every mistake.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What to end with when there are errors.</summary>
    public int ErrorExitCode { get; private set; } = ExitCode.Failure;

    /// <summary>What was understood, but has no effect or will go.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Reads a command line that was parsed without errors.</summary>
    public static CommandLineSettings Read(CommandLineModel model, ParseResult result)
    {
        var settings = new CommandLineSettings(model, result);
        settings.AddPlainFlags();
        settings.AddDeprecated(GatewayFlags.SsePort, GatewayFlags.Port);
        settings.AddDeprecated(GatewayFlags.SseHost, GatewayFlags.Host);
        settings.AddLogLevel();
        settings.AddNamedServers();
        settings.AddDefaultBackend();
        return settings;
    }

    private void AddPlainFlags()
    {
        foreach (var flag in GatewayFlags.All.Where(flag => flag.Key is not null))
        {
            var values = _model.Values(_result, flag);
            var path = $"{GatewayOptions.Section}:{flag.Key}";
            if (flag.Repeats)
            {
                AddList(path, values);
            }
            else if (values.Count > 0)
            {
                _values[path] = values[^1];
            }
        }
    }

    private void AddDeprecated(Flag old, Flag current)
    {
        if (Last(old) is { } value)
        {
            _warnings.Add($"{old.Name} is deprecated: use {current.Name}");
            _values.TryAdd($"{GatewayOptions.Section}:{current.Key}", value);
        }
    }

    private void AddLogLevel()
    {
        LogLevel? level = Last(GatewayFlags.LogLevel) is { } name && LogLevelName.TryRead(name, out var read) ? read : null;
        if (Last(GatewayFlags.Debug) == "true")
        {
            level = LogLevel.Debug;
        }

        if (level is not null)
        {
            // Our own category as well: a level that appsettings.json gives to it would hide what the command line asks for.
            _values["Logging:LogLevel:Default"] = level.ToString();
            _values["Logging:LogLevel:McpProxy"] = level.ToString();
        }
    }

    private void AddNamedServers()
    {
        var pairs = Pairs(GatewayFlags.NamedServer);
        if (pairs.Count > 0 && Last(GatewayFlags.NamedServerConfig) is { Length: > 0 })
        {
            _warnings.Add("--named-server is ignored: --named-server-config names the servers");
            return;
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        // From the last one back, because the last one of a name counts.
        foreach (var (name, command) in pairs.Reverse())
        {
            if (!BackendRules.IsName(name))
            {
                FailUsage($"--named-server: '{name}' is not a name: {BackendRules.WantedName}");
            }
            else if (!names.Add(name))
            {
                _warnings.Add($"--named-server {name} is given more than once: the last one counts");
            }
            else
            {
                AddNamedServer(name, command);
            }
        }
    }

    private void AddNamedServer(string name, string command)
    {
        if (CommandString.Split(command, backslashEscapes: !OperatingSystem.IsWindows(), out var words) is { } mistake)
        {
            _errors.Add($"--named-server {name}: the command {mistake}");
        }
        else if (words.Count == 0 || words[0].Length == 0)
        {
            _warnings.Add($"--named-server {name} is skipped: its command is empty");
        }
        else if (words.Count == 1 && CommandLineWords.IsAddress(words[0]))
        {
            _values[$"{Backends}:{name}:{nameof(BackendOptions.Url)}"] = words[0];
        }
        else
        {
            AddCommand(name, words);
        }
    }

    private void AddDefaultBackend()
    {
        var env = Pairs(GatewayFlags.Env);
        foreach (var (name, _) in env.Where(pair => !BackendRules.IsVariable(pair.First)))
        {
            FailUsage(
                $"{GatewayFlags.Env.DisplayName}: '{name.Split('=')[0]}' must be followed by its value as a word of its own: "
                + "-e KEY VALUE. If -e is the command's, put -- before the command");
        }

        var operands = _model.Operands(_result);
        if (operands.Count == 0 || operands[0].Length == 0)
        {
            _warnings.AddRange(new[] { GatewayFlags.Env, GatewayFlags.Cwd }.Where(flag => Last(flag) is not null)
                .Select(flag => $"{flag.DisplayName} has no effect without a command: it is for the command on the command line"));
            return;
        }

        var path = $"{Backends}:{GatewayOptions.DefaultBackend}";
        if (_values.Keys.Any(key => key.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase)))
        {
            FailUsage($"--named-server {GatewayOptions.DefaultBackend}: the command on the command line has this name; choose another");
        }

        AddCommand(GatewayOptions.DefaultBackend, operands);
        // As a list, because configuration keys know no case, and http_proxy and HTTP_PROXY are two variables.
        AddList($"{path}:{nameof(BackendOptions.Env)}", [.. env.Select(pair => $"{pair.First}={pair.Second}")]);
        if (Last(GatewayFlags.Cwd) is { } cwd)
        {
            _values[$"{path}:{nameof(BackendOptions.Cwd)}"] = cwd;
        }
    }

    private void FailUsage(string mistake)
    {
        _errors.Add(mistake);
        ErrorExitCode = ExitCode.Usage;
    }

    private void AddCommand(string name, IReadOnlyList<string> words)
    {
        _values[$"{Backends}:{name}:{nameof(BackendOptions.Command)}"] = words[0];
        AddList($"{Backends}:{name}:{nameof(BackendOptions.Args)}", [.. words.Skip(1)]);
    }

    private void AddList(string path, IReadOnlyList<string> values)
    {
        for (var index = 0; index < values.Count; index++)
        {
            _values[$"{path}:{index}"] = values[index];
        }
    }

    private string? Last(Flag flag) => _model.Values(_result, flag) is [.., var last] ? last : null;

    private IReadOnlyList<(string First, string Second)> Pairs(Flag flag) =>
        [.. _model.Values(_result, flag).Chunk(2).Select(pair => (pair[0], pair[1]))];
}
