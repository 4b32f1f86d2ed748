namespace McpProxy.Gateway.Configuration;

/// <summary>One value of one configuration source.</summary>
/// <param name="Path">The keys below <see cref="GatewayOptions.Section"/> that lead to it.</param>
/// <param name="Value">What the source says.</param>
internal sealed record SettingEntry(string[] Path, string Value)
{
    private const string Backends = nameof(GatewayOptions.Backends);

    private static readonly string[] NameLists =
        [nameof(GatewayOptions.AllowOrigin), nameof(GatewayOptions.AllowHost), nameof(GatewayOptions.ExposeHeader)];

    /// <summary>The path as a configuration key.</summary>
    public string Key => string.Join(':', Path);

    /// <summary>The backend that it is about, if it is about one.</summary>
    public string? Backend => Path.Length > 2 && Is(0, Backends) ? Path[1] : null;

    /// <summary>Whether it is the command or the url of a backend.</summary>
    public bool DefinesBackend =>
        Backend is not null && Path.Length == 3 && Value.Length > 0
        && (Is(2, nameof(BackendOptions.Command)) || Is(2, nameof(BackendOptions.Url)));

    /// <summary>Whether it is a variable of a backend's environment.</summary>
    public bool IsVariable => Backend is not null && Path.Length > 3 && Is(2, nameof(BackendOptions.Env));

    /// <summary>The key of the list that it belongs to, if it belongs to one.</summary>
    public string? List => NameLists.FirstOrDefault(list => Is(0, list)) ?? (IsArgument ? string.Join(':', Path[..3]) : null);

    /// <summary>Whether it is one element of a list, where an empty one means something.</summary>
    public bool IsElement => Path.Length == (IsArgument ? 4 : 2) && List is not null;

    /// <summary>Whether it is a list of names in one value: <c>McpProxy__AllowHost=a.example,b.example</c>.</summary>
    public bool IsNames => Path.Length == 1 && List is not null;

    private bool IsArgument => Backend is not null && Is(2, nameof(BackendOptions.Args));

    /// <summary>The values of each source, the weakest source first.</summary>
    public static IEnumerable<List<SettingEntry>> Layers(IConfiguration configuration)
    {
        if (configuration is IConfigurationRoot root)
        {
            return root.Providers.Select(provider => Flatten(provider, GatewayOptions.Section).ToList());
        }

        var merged = configuration.GetSection(GatewayOptions.Section).AsEnumerable(makePathsRelative: true);
        return [[.. merged.Where(pair => pair.Value is not null).Select(pair => new SettingEntry(pair.Key.Split(':'), pair.Value!))]];
    }

    private static IEnumerable<SettingEntry> Flatten(IConfigurationProvider provider, string path)
    {
        foreach (var key in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var child = $"{path}:{key}";
            if (provider.TryGet(child, out var value) && value is not null)
            {
                yield return new SettingEntry(child.Split(':')[1..], value);
            }

            foreach (var entry in Flatten(provider, child))
            {
                yield return entry;
            }
        }
    }

    private bool Is(int at, string name) => Path[at].Equals(name, StringComparison.OrdinalIgnoreCase);
}
