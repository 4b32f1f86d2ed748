using McpProxy.Bridge;
using McpProxy.Bridge.Stdio;
using McpProxy.Cli;
using McpProxy.Gateway;
using McpProxy.Relay.Processes;

using var stop = new StopSignal();
using var error = StandardStreams.OpenError();
var bridge = BridgeApplication.OnConsole(args, error);
var application = new CliApplication(
    () => Console.Out,
    error,
    Environment.GetEnvironmentVariable,
    bridge.RunAsync,
    (arguments, cancellationToken) => GatewayApplication.RunAsync(arguments, error, cancellationToken));
return await application.RunAsync(args, stop.Token);
