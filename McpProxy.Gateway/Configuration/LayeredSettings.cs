using System.Reflection;

namespace McpProxy.Gateway.Configuration;

/// <summary>The settings of the gateway as all configuration sources together give them, ready for the binder.</summary>
/// <remarks>
/// <para>
/// Configuration sources merge key by key, which is wrong for two things: the arguments of a weaker source's command
/// would trail behind a stronger source's shorter ones, and its environment (secrets, perhaps) would reach another program.
/// So a list counts as a whole, and a source that gives a backend its command or url describes that backend anew.
/// </para>
/// <para>
/// Values may be written as on the command line (<see cref="SettingText"/>); those that cannot be read are left out and
/// reported. An empty value says nothing: compose files pass on variables that are not set.
/// </para>
/// </remarks>
internal sealed class LayeredSettings
{
    private const string Backends = nameof(GatewayOptions.Backends);

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Dictionary<string, string>> _environments = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _mistakes = [];

    private LayeredSettings()
    {
    }

    /// <summary>Every value that cannot be read, with its path.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>Lays the sources over one another.</summary>
    public static LayeredSettings Read(IConfiguration configuration)
    {
        var settings = new LayeredSettings();
        foreach (var layer in SettingEntry.Layers(configuration))
        {
            settings.Add(layer);
        }

        settings.Translate();
        return settings;
    }

    /// <summary>Binds what was read.</summary>
    public void Bind(GatewayOptions options)
    {
        var values = _values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value));
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(options);
        foreach (var (name, environment) in _environments)
        {
            options.Backends.TryAdd(name, new BackendOptions());
            foreach (var (variable, value) in environment)
            {
                options.Backends[name].Env[variable] = value;
            }
        }
    }

    private void Add(List<SettingEntry> layer)
    {
        foreach (var backend in layer.Where(entry => entry.DefinesBackend).Select(entry => entry.Backend!))
        {
            Remove($"{Backends}:{backend}");
            _environments.Remove(Named(backend));
        }

        foreach (var list in layer.Select(entry => entry.List).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase))
        {
            Remove(list);
        }

        foreach (var entry in layer)
        {
            Add(entry.Backend is { } backend ? entry with { Path = [entry.Path[0], Named(backend), .. entry.Path[2..]] } : entry);
        }
    }

    private void Add(SettingEntry entry)
    {
        if (entry.IsVariable)
        {
            AddVariable(entry);
        }
        else if (entry.IsNames)
        {
            foreach (var (index, name) in entry.Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Index())
            {
                _values[$"{entry.Key}:{index}"] = name;
            }
        }
        else if (entry.Value.Length > 0 || entry.IsElement)
        {
            _values[entry.Key] = entry.Value;
        }
    }

    private void AddVariable(SettingEntry entry)
    {
        // Two underscores became a colon on the way from an environment variable of ours; a variable's name has no colon.
        var (name, value) = (string.Join("__", entry.Path[3..]), entry.Value);
        if (int.TryParse(name, out _))
        {
            // An element of a list, which keeps apart what configuration keys cannot: http_proxy and HTTP_PROXY.
            var at = value.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                _mistakes.Add($"{GatewayOptions.Section}:{entry.Key}: must be NAME=VALUE");
                return;
            }

            (name, value) = (value[..at], value[(at + 1)..]);
        }

        if (!_environments.TryGetValue(entry.Path[1], out var environment))
        {
            _environments[entry.Path[1]] = environment = new(StringComparer.Ordinal);
        }

        environment[name] = value;
    }

    // Configuration keys know no case, so a backend keeps the spelling that it was first given.
    private string Named(string backend) => _names.TryGetValue(backend, out var name) ? name : _names[backend] = backend;

    private void Remove(string path)
    {
        _values.Remove(path);
        foreach (var key in _values.Keys.Where(key => key.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            _values.Remove(key);
        }
    }

    private void Translate()
    {
        foreach (var (key, text) in _values.ToList())
        {
            var path = key.Split(':');
            if (Property(path) is not { } property)
            {
                continue;
            }

            var (value, wanted) = SettingValue.Translate(property, text);
            if (value is not null)
            {
                _values[key] = value;
                continue;
            }

            _values.Remove(key);
            var setting = GatewayFlags.Describe(path.Length == 1 ? property.Name : $"{Backends}:{path[1]}:{property.Name}");
            _mistakes.Add($"{setting}: must be {wanted}");
        }
    }

    private static PropertyInfo? Property(string[] path)
    {
        var owner = path.Length switch
        {
            1 => typeof(GatewayOptions),
            3 when path[0].Equals(Backends, StringComparison.OrdinalIgnoreCase) => typeof(BackendOptions),
            _ => null,
        };
        return owner?.GetProperty(path[^1], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
    }
}
