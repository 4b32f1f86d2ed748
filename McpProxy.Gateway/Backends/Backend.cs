using McpProxy.Gateway.Configuration;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Backends;

/// <summary>A configured MCP server, and the links to it.</summary>
internal sealed class Backend(string name, BackendOptions options, BackendContext context) : IAsyncDisposable
{
    /// <summary>How soon a backend that did not answer the probe is probed again.</summary>
    private static readonly TimeSpan ProbeAgain = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly HashSet<DedicatedLink> _dedicated = [];
    private readonly Spare? _spare = options.IsRemote ? null : new Spare(name, options, context);
    private SharedLink? _shared;
    private ModernLink? _modern;
    private long _modernProbed;
    private bool _stopped;

    /// <summary>The name in the configuration.</summary>
    public string Name => name;

    /// <summary>What was configured.</summary>
    public BackendOptions Options => options;

    /// <summary>Its clients, as telemetry names them.</summary>
    public Party Callers { get; } = new(Attributes.Tcp, name);

    /// <summary>How sessions map to connections.</summary>
    public SharingMode Sharing => context.Options.Stateless ? SharingMode.Shared : options.Sharing ?? context.Options.Sharing;

    /// <summary>Where its endpoints are below the path base.</summary>
    public string PathPrefix => name == GatewayOptions.DefaultBackend ? "" : $"/servers/{name}";

    /// <summary>What it runs, for the banner: the program or the host, and not what follows, which may hold secrets.</summary>
    public static string NameOf(BackendOptions options) =>
        options.IsRemote ? options.GetEndpoint().Authority : Path.GetFileName((options.Command ?? "").Split(' ')[0]);

    /// <summary>Whether the backend works, as far as is known: a process waits for a session, or sessions have theirs.</summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
            {
                return !_stopped && (Sharing != SharingMode.Dedicated
                    ? _shared?.Status.State == LinkState.Running
                    : _spare?.Status.State is null or LinkState.Running || _dedicated.Any(link => link.Status.State == LinkState.Running));
            }
        }
    }

    /// <summary>How many requests wait for an answer.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return (_shared?.InFlight ?? 0) + (_modern?.InFlight ?? 0) + _dedicated.Sum(link => link.InFlight);
            }
        }
    }

    /// <summary>How many bytes wait until it reads them.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_gate)
            {
                return (_shared?.QueuedBytes ?? 0) + (_modern?.QueuedBytes ?? 0) + _dedicated.Sum(link => link.QueuedBytes);
            }
        }
    }

    /// <summary>Starts what new sessions will need.</summary>
    public void Start()
    {
        if (Sharing == SharingMode.Dedicated)
        {
            _spare?.Keep();
        }
        else
        {
            Shared();
        }
    }

    /// <summary>Starts everything anew, at once. Sessions go on; requests in flight are answered with an error.</summary>
    public void Restart()
    {
        Link?[] links;
        lock (_gate)
        {
            links = [_shared, _modern, .. _dedicated];
        }

        foreach (var link in links.OfType<Link>())
        {
            link.Restart();
        }

        _spare?.Replace();
    }

    /// <summary>The link for a session that begins with this <c>initialize</c>.</summary>
    public Link Connect(BackendClient client, InitializeRequest initialize)
    {
        if (Sharing == SharingMode.Shared || (Sharing == SharingMode.Auto && !initialize.AnswersRequests))
        {
            var shared = Shared();
            shared.Attach(client);
            return shared;
        }

        var link = new DedicatedLink(name, options, context, client, _spare);
        lock (_gate)
        {
            _dedicated.Add(link);
        }

        link.Start();
        return link;
    }

    /// <summary>A session leaves its link. Done when what was its own is gone.</summary>
    public async ValueTask DisconnectAsync(BackendClient client, Link link)
    {
        await link.DetachAsync(client);
        if (link is DedicatedLink dedicated)
        {
            lock (_gate)
            {
                _dedicated.Remove(dedicated);
            }
        }
    }

    /// <summary>The connection that all share.</summary>
    public SharedLink Shared()
    {
        lock (_gate)
        {
            if (_shared is null)
            {
                _shared = new SharedLink(name, options, context, offersClientFeatures: Sharing == SharingMode.Shared && !context.Options.Stateless);
                if (!_stopped)
                {
                    _shared.Start();
                }
            }

            return _shared;
        }
    }

    /// <summary>The link for clients of revision 2026-07-28, or null when the backend does not speak it.</summary>
    public async ValueTask<ModernLink?> ModernAsync()
    {
        ModernLink link;
        ModernLink? silent = null;
        lock (_gate)
        {
            if (_modern is { WasSilent: true } && context.Time.GetElapsedTime(_modernProbed) > ProbeAgain)
            {
                (silent, _modern) = (_modern, null);
            }

            if (_modern is null && !_stopped)
            {
                _modern = new ModernLink(name, options, context);
                _modernProbed = context.Time.GetTimestamp();
                _modern.Start();
            }

            if (_modern is null)
            {
                return null;
            }

            link = _modern;
        }

        if (silent is not null)
        {
            await silent.DisposeAsync();
        }

        return await link.IsModernAsync() ? link : null;
    }

    /// <summary>What it wrote to stderr last.</summary>
    public IReadOnlyList<string> RecentStderr => context.Stderr.Of(name);

    /// <summary>How it is doing.</summary>
    public BackendStatus GetStatus()
    {
        lock (_gate)
        {
            Link?[] links = [_shared, _modern is { Status.State: LinkState.Running } ? _modern : null, .. _dedicated];
            var live = links.OfType<Link>().ToArray();
            var next = _shared?.Status ?? _spare?.Status;
            return new BackendStatus(
                _shared is null && IsReady ? LinkState.Running : next?.State ?? LinkState.Waiting,
                Sharing,
                live.Count(link => link.Status.State == LinkState.Running),
                live.Sum(link => link.InFlight),
                live.Sum(link => link.Status.Restarts) + (_spare?.Status.Restarts ?? 0),
                _shared?.ProtocolVersion,
                next?.Describe(context.Time.GetUtcNow()));
        }
    }

    /// <summary>Ends every connection and process.</summary>
    public async ValueTask DisposeAsync()
    {
        Link?[] links;
        lock (_gate)
        {
            _stopped = true;
            links = [_shared, _modern, .. _dedicated];
            _dedicated.Clear();
        }

        await Task.WhenAll([.. links.OfType<Link>().Select(link => link.DisposeAsync().AsTask()), _spare?.DisposeAsync().AsTask() ?? Task.CompletedTask]);
    }
}
