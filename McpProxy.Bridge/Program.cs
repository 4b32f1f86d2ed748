using McpProxy.Bridge;

return await BridgeApplication.RunAsync(args, Console.Error, CancellationToken.None);
