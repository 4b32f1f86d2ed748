using System.Diagnostics;
using McpProxy.LoadBench;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Stdio;

namespace McpProxy.ProfileRecorder.Recording;

/// <summary>The program that started a bridge, and has a session with it.</summary>
internal static class BridgeHost
{
    private const int InFlight = 16;

    private static readonly TimeSpan PipelineTime = TimeSpan.FromSeconds(0.5);

    /// <summary>Initializes, lists, calls, also without waiting for answers, and closes the bridge's stdin.</summary>
    public static async Task UseAsync(BenchProgram bridge, int calls, CancellationToken cancellationToken)
    {
        // Reads block: a bridge that is killed closes its stdout.
        await using var killing = cancellationToken.Register(bridge.Kill);
        var session = StdioSession.Open(bridge);
        session.Call(Calls.List);
        for (var i = 0; i < calls; i++)
        {
            if (!await session.CallAsync(cancellationToken))
            {
                throw new BenchException("The bridge answered a call wrongly.");
            }
        }

        session.Pipeline(InFlight, Stopwatch.GetTimestamp() + (long)(PipelineTime.TotalSeconds * Stopwatch.Frequency));
        bridge.Input.Close();
    }
}
