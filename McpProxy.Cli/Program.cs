using System.Runtime.InteropServices;
using McpProxy.Bridge;
using McpProxy.Cli;
using McpProxy.Gateway;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var application = new CliApplication(
    Console.Out,
    Console.Error,
    Environment.GetEnvironmentVariable,
    (words, _) => BridgeApplication.RunAsync(words, Console.Error),
    (arguments, cancellationToken) => GatewayApplication.RunAsync(arguments, Console.Error, cancellationToken));
return await application.RunAsync(args, stop.Token);

// The first signal asks to stop in good order; a second one does not wait for it.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
