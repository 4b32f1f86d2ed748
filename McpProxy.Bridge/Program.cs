using McpProxy.Bridge;
using McpProxy.Relay.Processes;

using var stop = new StopSignal();
return await BridgeApplication.OnConsole(args).RunAsync(args, stop.Token);
