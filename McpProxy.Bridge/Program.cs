using McpProxy.Bridge;

return await BridgeApplication.RunAsync(args, CancellationToken.None);
