using System.Runtime.InteropServices;
using McpProxy.Bridge;
using McpProxy.Cli;
using McpProxy.Gateway;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

if (args.Any(word => word.StartsWith("http", StringComparison.Ordinal)))
{
    _ = WarmUp.RunAsync(); // Discarded: it throws nothing, and nothing waits for it.
}

var application = new CliApplication(
    Console.Out,
    Console.Error,
    Environment.GetEnvironmentVariable,
    (words, cancellationToken) => new BridgeApplication(
        Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, Environment.GetEnvironmentVariable, TimeProvider.System)
        .RunAsync(words, cancellationToken),
    (arguments, cancellationToken) => GatewayApplication.RunAsync(arguments, Console.Error, cancellationToken));
return await application.RunAsync(args, stop.Token);

// Stopping takes --shutdown-timeout at most. A second signal does not cut it short: that would leave processes behind.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
