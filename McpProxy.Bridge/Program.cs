using System.Runtime.InteropServices;
using McpProxy.Bridge;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

if (args.Any(word => word.StartsWith("http", StringComparison.Ordinal)))
{
    _ = WarmUp.RunAsync(); // Discarded: it throws nothing, and nothing waits for it.
}

var application = new BridgeApplication(
    Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, Environment.GetEnvironmentVariable, TimeProvider.System);
return await application.RunAsync(args, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
