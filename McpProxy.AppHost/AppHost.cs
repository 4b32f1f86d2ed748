var builder = DistributedApplication.CreateBuilder(args);

builder.AddProject<Projects.McpProxy_Gateway>("gateway")
    .WithEnvironment("McpProxy__Backends__default__Command", "npx")
    .WithEnvironment("McpProxy__Backends__default__Args__0", "-y")
    .WithEnvironment("McpProxy__Backends__default__Args__1", "@modelcontextprotocol/server-everything")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");

builder.Build().Run();
