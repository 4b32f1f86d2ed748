using System.Collections.Concurrent;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Sessions;

/// <summary>The sessions that are open.</summary>
internal sealed class SessionRegistry(IOptions<GatewayOptions> options, MessagePool pool, TimeProvider time, ILogger<SessionRegistry> logger)
{
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>When a client last came, or the gateway started.</summary>
    public DateTimeOffset LastActivity { get; private set; } = time.GetUtcNow();

    /// <summary>Whether new sessions are refused because everything stops.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Every open session.</summary>
    public IEnumerable<Session> All => _sessions.Select(pair => pair.Value);

    /// <summary>How many are open with each backend.</summary>
    public IReadOnlyDictionary<string, int> CountByBackend() => All.CountBy(session => session.Backend.Name).ToDictionary();

    /// <summary>Notes that a client came.</summary>
    public void Touch() => LastActivity = time.GetUtcNow();

    /// <summary>Opens a session.</summary>
    /// <param name="backend">With which server.</param>
    /// <param name="keepsEvents">Whether what was sent can be asked for again.</param>
    public (Session? Session, ProxyFault? Fault) Open(Backend backend, bool keepsEvents)
    {
        if (IsDraining)
        {
            return (null, ProxyFault.ShuttingDown);
        }

        var settings = options.Value;
        if (Interlocked.Increment(ref _count) > settings.MaxSessions && !(settings.EvictIdleSessions && TryEvict()))
        {
            Interlocked.Decrement(ref _count);
            logger.TooManySessions(settings.MaxSessions);
            return (null, ProxyFault.TooManySessions);
        }

        // A UUID of 122 bits from the system's secure generator, as the specification suggests and the reference's clients expect: 32 digits, safe
        // in headers and URLs. RandomNumberGenerator would load OpenSSL for it: 4 MB and a part of the first session's wait.
        var id = Guid.NewGuid().ToString("N");
        var limits = new StreamLimits(settings.MaxQueueBytes, keepsEvents ? settings.ReplayEvents : 0, keepsEvents ? settings.ReplayBytes : 0);
        var streams = new EventStreams(limits, pool, time) { StallTimeout = settings.StallTimeout, Dropped = count => logger.EventsDropped(Short(id), count) };
        var session = new Session(id, backend, streams, pool, time, logger);
        _sessions[id] = session;
        logger.Opened(Short(id), backend.Name);
        return (session, null);
    }

    /// <summary>The open session with that id and that backend, or null.</summary>
    public Session? Find(string id, Backend backend) =>
        _sessions.TryGetValue(id, out var session) && session.Backend == backend ? session : null;

    /// <summary>Ends a session.</summary>
    public async ValueTask EndAsync(Session session, string reason)
    {
        if (_sessions.TryRemove(session.Id, out _))
        {
            Interlocked.Decrement(ref _count);
            logger.Ended(Short(session.Id), session.Backend.Name, reason);
            McpTelemetry.ServerSessionEnded(session.Age, session.Backend.Callers, session.ProtocolVersion);
            await session.EndAsync();
        }
    }

    /// <summary>Ends a session without waiting: a process of its own may take seconds to leave. The backend waits for it when it stops.</summary>
    public void EndSoon(Session session, string reason)
    {
        // Discarded: it catches and logs what goes wrong.
        _ = EndAndLogAsync();

        async Task EndAndLogAsync()
        {
            try
            {
                await EndAsync(session, reason);
            }
            catch (Exception e)
            {
                logger.EndFailed(e, Short(session.Id), session.Backend.Name);
            }
        }
    }

    /// <summary>Ends the session that was idle longest, if any is unused.</summary>
    private bool TryEvict()
    {
        if (All.Where(session => session.IsUnused).MaxBy(session => session.IdleTime) is not { } idlest)
        {
            return false;
        }

        EndSoon(idlest, "idle longest, and another one needs its place");
        return true;
    }

    /// <summary>Ends every session with a backend.</summary>
    public async ValueTask EndAllAsync(Backend backend, string reason) =>
        await Task.WhenAll(All.Where(session => session.Backend == backend).Select(session => EndAsync(session, reason).AsTask()));

    /// <summary>Enough of an id to find it in a log, too little to use it.</summary>
    public static string Short(string id) => id[..8];
}
