using McpProxy.LoadBench;
using McpProxy.LoadBench.Programs;

SocketSettings.Apply();
return await new BenchCommand().RunAsync(args);
