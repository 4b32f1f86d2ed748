using McpProxy.LoadBench;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.StartProfile.Recording;

/// <summary>Clients with sessions: one over Streamable HTTP, and one over HTTP+SSE.</summary>
internal sealed class HttpClients(RunningGateway gateway)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var http = await gateway.OpenHttpSessionAsync(cancellationToken);
        await using (await http.OpenStreamAsync(gateway.Port, cancellationToken))
        {
            await http.CallAsync(Calls.List, cancellationToken);
            await CallAsync(http, cancellationToken);
            await http.CallAsync(Messages.Progress(1, Calls.ProgressCount), cancellationToken);
        }

        await http.EndAsync(cancellationToken);
        await using var sse = await HttpSseSession.OpenAsync(gateway.Port, RunningGateway.SseTarget, isBlocking: false, cancellationToken);
        await CallAsync(sse, cancellationToken);
        await sse.EndAsync(cancellationToken);
    }

    private static async Task CallAsync(ILoadSession session, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Calls.Count; i++)
        {
            if (!await session.CallAsync(cancellationToken))
            {
                throw new BenchException("The gateway answered a call wrongly.");
            }
        }
    }
}
