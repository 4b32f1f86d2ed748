using McpProxy.Bridge;
using McpProxy.Bridge.Stdio;
using McpProxy.Relay.Processes;

using var stop = new StopSignal();
using var error = StandardStreams.OpenError();
return await BridgeApplication.OnConsole(args, error).RunAsync(args, stop.Token);
