using System.Collections.Concurrent;
using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// The streams that HTTP responses carry now. One timer for all of them shows each that is silent that it lives: at first soon, so that
/// the client gets the headers and an event id, then every <see cref="GatewayOptions.KeepAliveInterval"/>.
/// </summary>
internal sealed class OpenStreams(IOptions<GatewayOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<EventReader, byte> _readers = new();

    /// <summary>Watches over a reader until <see cref="Remove"/>.</summary>
    public void Add(EventReader reader) => _readers[reader] = 0;

    /// <summary>The response is over.</summary>
    public void Remove(EventReader reader) => _readers.TryRemove(reader, out _);

    /// <summary>Looks at every stream once.</summary>
    public void Tick()
    {
        foreach (var (reader, _) in _readers)
        {
            var silent = time.GetElapsedTime(reader.LastWrite);
            if (silent >= (reader.HasWritten || reader.IsPatient ? options.Value.KeepAliveInterval : Period))
            {
                reader.Tick();
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Tick();
        }
    }
}
