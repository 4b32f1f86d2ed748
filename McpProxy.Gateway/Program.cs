using McpProxy.Gateway;
using McpProxy.Gateway.Configuration;

var arguments = new GatewayCommandLine().Parse(args);
if (arguments.ShowHelp || arguments.ShowVersion)
{
    Console.WriteLine(arguments.ShowHelp ? CommandLineHelp.Text : $"mcp-proxy {GatewayVersion.Text}");
    return ExitCode.Success;
}

foreach (var mistake in arguments.Errors)
{
    Console.Error.WriteLine($"mcp-proxy: error: {mistake}");
}

return arguments.Errors.Count > 0
    ? arguments.ErrorExitCode
    : await GatewayApplication.RunAsync(arguments, Console.Error, CancellationToken.None);
