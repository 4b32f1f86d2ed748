using McpProxy.Bridge;
using McpProxy.Cli;
using McpProxy.Gateway;
using McpProxy.Relay.Processes;

using var stop = new StopSignal();
var bridge = BridgeApplication.OnConsole(args);
var application = new CliApplication(
    Console.Out,
    Console.Error,
    Environment.GetEnvironmentVariable,
    bridge.RunAsync,
    (arguments, cancellationToken) => GatewayApplication.RunAsync(arguments, Console.Error, cancellationToken));
return await application.RunAsync(args, stop.Token);
