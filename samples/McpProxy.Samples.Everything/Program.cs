using McpProxy.Samples.Everything;
using McpProxy.Samples.Everything.Completions;
using McpProxy.Samples.Everything.Content;
using McpProxy.Samples.Everything.Progress;
using McpProxy.Samples.Everything.Resources;
using McpProxy.Samples.Everything.ServerProcess;
using McpProxy.Samples.Everything.Subscriptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The empty builder reads no files and watches none: a host may start this server many times, in any directory.
var builder = Host.CreateEmptyApplicationBuilder(settings: null);

// Everything on stdout is protocol: logs go to stderr.
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<CancelledCallRegistry>();
builder.Services.AddSingleton<SubscriptionRegistry>();
builder.Services.AddHostedService<EndOfInputWorker>();

builder.Services.AddMcpServer(ServerIdentity.Configure)
    .WithStdioServerTransport()
    .WithToolsFromAssembly()
    .WithTools([JsonSchema202012Tool.Create()])
    .WithResourceCatalog()
    .WithSubscriptions()
    .WithPromptsFromAssembly()
    .WithCompletions()
    .WithStableOrder();

await builder.Build().RunAsync();
