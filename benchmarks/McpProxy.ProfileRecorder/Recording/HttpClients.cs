using McpProxy.LoadBench;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.ProfileRecorder.Recording;

/// <summary>Clients with sessions, each with one over Streamable HTTP, and then one over HTTP+SSE.</summary>
internal sealed class HttpClients(RunningGateway gateway, RecordingPlan recording)
{
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, recording.Clients).Select(_ => RunOneAsync(cancellationToken)));

    private async Task RunOneAsync(CancellationToken cancellationToken)
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

    private async Task CallAsync(ILoadSession session, CancellationToken cancellationToken)
    {
        for (var i = 0; i < recording.Calls; i++)
        {
            if (!await session.CallAsync(cancellationToken))
            {
                throw new BenchException("The gateway answered a call wrongly.");
            }
        }
    }
}
