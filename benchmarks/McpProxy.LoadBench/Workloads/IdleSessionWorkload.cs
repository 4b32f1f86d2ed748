using McpProxy.LoadBench.Http;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Sessions that are open, and do nothing.</summary>
internal sealed class IdleSessionWorkload(IdleKind kind, int count) : IWorkload
{
    // They bring the code and the buffers that all of them share.
    private const int First = 100;

    /// <inheritdoc/>
    public string Name => kind switch { IdleKind.NoStream => "idle", IdleKind.GetStream => "idle-get", _ => "idle-sse" };

    /// <inheritdoc/>
    public string Description => $"{count:#,0} idle sessions {With}: memory";

    private string With => kind switch { IdleKind.NoStream => "without a stream", IdleKind.GetStream => "with a GET stream", _ => "over HTTP+SSE" };

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        for (var round = 0; round < context.Starts; round++)
        {
            context.Say($"{Name}, round {round + 1} of {context.Starts}");
            foreach (var subject in context.Proxies.Where(subject => !subject.StartsProcessPerSession))
            {
                await context.TryAsync(Name, subject.Name, () => MeasureAsync(context, subject, cancellationToken), cancellationToken);
            }
        }
    }

    private async Task MeasureAsync(BenchContext context, GatewaySubject subject, CancellationToken cancellationToken)
    {
        await using var gateway = await RunningGateway.StartAsync(subject, kind == IdleKind.SseStream ? Wire.Sse : Wire.Http, cancellationToken);
        using var posts = new HttpConnection(gateway.Port, isBlocking: false);
        var open = new List<IAsyncDisposable>();
        try
        {
            await OpenAsync(gateway, posts, open, First, cancellationToken);
            var before = gateway.Usage().ResidentMegabytes;
            await OpenAsync(gateway, posts, open, count, cancellationToken);
            var after = gateway.Usage().ResidentMegabytes;
            context.Results.Add(Name, subject.Name, Metric.SessionRss, (after - before) * 1024 / count);
            context.Results.Add(Name, subject.Name, Metric.Rss, after);
        }
        finally
        {
            foreach (var session in open)
            {
                await session.DisposeAsync();
            }
        }
    }

    private async Task OpenAsync(
        RunningGateway gateway, HttpConnection posts, List<IAsyncDisposable> open, int sessions, CancellationToken cancellationToken)
    {
        for (var i = 0; i < sessions; i++)
        {
            if (kind == IdleKind.SseStream)
            {
                var session = await HttpSseSession.OpenAsync(gateway.Port, RunningGateway.SseTarget, isBlocking: false, cancellationToken);
                session.ClosePosts();
                open.Add(session);
                continue;
            }

            await posts.OpenAsync(cancellationToken);
            var http = await StreamableHttpSession.OpenAsync(posts, RunningGateway.McpTarget, cancellationToken);
            if (kind == IdleKind.GetStream)
            {
                open.Add(await http.OpenStreamAsync(gateway.Port, cancellationToken));
            }
        }
    }
}
