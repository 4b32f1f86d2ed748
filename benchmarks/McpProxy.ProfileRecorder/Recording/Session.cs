using System.Globalization;
using McpProxy.LoadBench;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.ProfileRecorder.Recording;

/// <summary>A gateway before the echo child, as users start it, and what they do with it; then two bridges to it.</summary>
/// <param name="product">The folder of the published program.</param>
/// <param name="folder">Where the traces go.</param>
/// <param name="recording">What they are to tell.</param>
/// <param name="say">Tells the user what is going on.</param>
internal sealed class Session(string product, string folder, RecordingPlan recording, Action<string> say)
{
    private string Program => Path.Combine(product, "mcp-proxy");

    /// <summary>Runs it all.</summary>
    /// <returns>The traces, one a process.</returns>
    public async Task<IReadOnlyList<string>> RecordAsync(CancellationToken cancellationToken)
    {
        var trace = Trace("gateway");
        say($"recording {recording.Name} of a gateway");
        await using var gateway = await RunningGateway.StartAsync(Gateway(trace), Wire.Http, cancellationToken);
        await new HttpClients(gateway, recording).RunAsync(cancellationToken);
        await new PlainClient(gateway.Port, recording.Calls).RunAsync(cancellationToken);
        say($"recording {recording.Name} of bridges");
        var bridges = new[]
        {
            await RecordBridgeAsync("bridge-http", cancellationToken, Address(gateway, RunningGateway.McpTarget)),
            await RecordBridgeAsync("bridge-sse", cancellationToken, "--transport", "sse", Address(gateway, RunningGateway.SseTarget)),
        };
        Posix.Terminate(gateway.ProcessId);
        await EndAsync("The gateway", gateway.WaitAsync(cancellationToken));
        return [Written(trace), .. bridges];
    }

    private static string Address(RunningGateway gateway, string target) => $"http://127.0.0.1:{gateway.Port}{target}";

    private static async Task EndAsync(string who, Task<int> exit)
    {
        if (await exit is not 0 and var exitCode)
        {
            throw new BenchException($"{who} ended with exit code {exitCode}.");
        }
    }

    private static string Written(string trace) => new FileInfo(trace) is { Exists: true, Length: > 0 }
        ? trace
        : throw new BenchException($"{trace} was not written.");

    private GatewaySubject Gateway(string trace) => new(
        SubjectCatalog.Product,
        (_, port) => new Launch(Program, "--port", port.ToString(CultureInfo.InvariantCulture), "--", SubjectCatalog.Echo.FileName)
        {
            Environment = recording.Trace(trace),
        });

    private async Task<string> RecordBridgeAsync(string name, CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        var trace = Trace(name);
        await using var bridge = BenchProgram.Start(new Launch(Program, arguments) { Environment = recording.Trace(trace) }, hasOutput: true);
        await BridgeHost.UseAsync(bridge, recording.Calls, cancellationToken);
        await EndAsync($"The bridge ({name})", bridge.WaitAsync(cancellationToken));
        return Written(trace);
    }

    private string Trace(string name)
    {
        var trace = Path.Combine(folder, $"{recording.Name}-{name}.nettrace");
        File.Delete(trace);
        return trace;
    }
}
