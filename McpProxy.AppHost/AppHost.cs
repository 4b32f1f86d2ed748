using McpProxy.AppHost.Clients;
using McpProxy.AppHost.Deployment;
using McpProxy.AppHost.Gateway;
using McpProxy.AppHost.Model;

var builder = DistributedApplication.CreateBuilder(args);
var backends = BackendsOptions.Read(builder.Configuration);

// The backend named "default" is the one at /mcp; the others are at /servers/NAME/mcp.
var gateway = builder.AddMcpGateway("gateway")
    .WithStdioBackend("default", "dotnet", [builder.GetSampleServer()]);

if (backends.Npm)
{
    gateway.WithStdioBackend("npm", "npx", ["-y", NpmPackage.EverythingServer]);
}

if (backends.Url is { } url)
{
    gateway.WithRemoteBackend("remote", url);
    if (backends.UrlNeedsToken)
    {
        gateway.WithBackendToken("remote", builder.AddParameter("remote-token", secret: true));
    }
}

// Started by hand, from the dashboard.
builder.AddBridgeCheck("bridge-check", gateway);
builder.AddMcpInspector("inspector", gateway);

builder.AddDeployment(gateway, DeployOptions.Read(builder.Configuration));

builder.Build().Run();
