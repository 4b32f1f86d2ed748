using McpProxy.Gateway;
using McpProxy.Gateway.Configuration;

namespace McpProxy.Cli;

/// <summary>The <c>mcp-proxy</c> command: says what it is asked to say, or starts what the command line asks for.</summary>
/// <param name="output">Gives what takes what was asked for: the help, the version. Not asked otherwise: the console writes to a terminal when it is opened.</param>
/// <param name="error">Takes mistakes and warnings; in bridge mode the standard output belongs to the protocol.</param>
/// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
/// <param name="bridge">Runs the bridge with its words, and gives the exit code.</param>
/// <param name="gateway">Runs the gateway, and gives the exit code.</param>
internal sealed class CliApplication(
    Func<TextWriter> output,
    TextWriter error,
    Func<string, string?> variable,
    Func<string[], CancellationToken, Task<int>> bridge,
    Func<GatewayArguments, CancellationToken, Task<int>> gateway)
{
    /// <summary>Runs until what was started ends.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IEnumerable<string> args, CancellationToken cancellationToken)
    {
        var arguments = new GatewayCommandLine(BridgeFlags.All, BridgeFlags.Verbs).Parse(args);
        if (arguments.ShowHelp || arguments.ShowVersion)
        {
            return await AnswerAsync(arguments.ShowHelp ? CommandLineHelp.Text : $"mcp-proxy {GatewayVersion.Text}");
        }

        if (arguments.Errors.Count > 0)
        {
            await SayAsync("error", arguments.Errors);
            await error.WriteLineAsync(arguments.ErrorExitCode == ExitCode.Usage ? CommandLineHelp.Hint : "");
            return arguments.ErrorExitCode;
        }

        var mode = Mode.Choose(arguments, variable("SSE_URL"));
        await SayAsync("warning", mode.Warnings);
        return mode.BridgeWords is { } words ? await bridge(words, cancellationToken) : await gateway(arguments, cancellationToken);
    }

    private async Task<int> AnswerAsync(string text)
    {
        try
        {
            await output().WriteLineAsync(text);
            return ExitCode.Success;
        }
        catch (IOException e)
        {
            await SayAsync("error", [$"standard output could not be written: {e.Message}"]);
            return ExitCode.Failure;
        }
    }

    private async Task SayAsync(string kind, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await error.WriteLineAsync($"mcp-proxy: {kind}: {line}");
        }
    }
}
