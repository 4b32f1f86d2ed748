using McpProxy.LoadBench;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Stdio;

namespace McpProxy.StartProfile.Recording;

/// <summary>The program that started a bridge, and has a session with it.</summary>
internal static class BridgeHost
{
    /// <summary>Initializes, lists, calls, and closes the bridge's stdin.</summary>
    public static async Task UseAsync(BenchProgram bridge, CancellationToken cancellationToken)
    {
        // Reads block: a bridge that is killed closes its stdout.
        await using var killing = cancellationToken.Register(bridge.Kill);
        var session = StdioSession.Open(bridge);
        session.Call(Calls.List);
        for (var i = 0; i < Calls.Count; i++)
        {
            if (!await session.CallAsync(cancellationToken))
            {
                throw new BenchException("The bridge answered a call wrongly.");
            }
        }

        bridge.Input.Close();
    }
}
