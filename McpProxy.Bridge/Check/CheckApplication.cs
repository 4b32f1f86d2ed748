using System.ComponentModel;
using System.Diagnostics;
using McpProxy.Bridge.Configuration;
using McpProxy.Bridge.Stdio;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Check;

/// <summary><c>mcp-proxy check</c>: looks at a server, says what is there, and ends.</summary>
/// <param name="output">Takes the report.</param>
/// <param name="logger">Takes what happens on the way.</param>
/// <param name="time">The clock.</param>
internal sealed class CheckApplication(Stream output, ILogger logger, TimeProvider time)
{
    /// <summary>How long a command may take to start: the first <c>npx</c> or <c>uvx</c> downloads.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(2);

    private readonly MessagePool _pool = new();

    /// <summary>Checks a remote server.</summary>
    /// <returns>Whether it works.</returns>
    public async Task<bool> RunAsync(BridgeOptions options, HttpMessageInvoker http, Func<string> auth, bool json, CancellationToken cancellationToken)
    {
        await using var transport = new RemoteTransport(options.Remote, http, _pool, time, logger);
        var target = options.Remote.Endpoint.GetLeftPart(UriPartial.Path);
        // A login is part of the first answer.
        var report = await new ServerCheck(transport, Party.Remote(options.Remote.Endpoint), options.Remote.ConnectTimeout + options.LoginTimeout, _pool, time).RunAsync(new CheckReport(target), cancellationToken);
        var kind = transport.Kind switch { RemoteKind.StreamableHttp => "Streamable HTTP", RemoteKind.HttpSse => "HTTP+SSE", _ => null };
        return await WriteAsync(report with { Transport = kind, Auth = auth() }, json);
    }

    /// <summary>Checks a command.</summary>
    /// <returns>Whether it works.</returns>
    public async Task<bool> RunAsync(IReadOnlyList<string> command, bool json, CancellationToken cancellationToken)
    {
        var report = new CheckReport(Path.GetFileName(command[0])) { Transport = "stdio" };
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (CommandLocator.Find(command[0], Environment.CurrentDirectory, start.Environment) is not { } path)
        {
            return await WriteAsync(report with { FailedStep = CheckStep.Start, Error = "The command was not found on the PATH, or is not executable." }, json);
        }

        await using var guard = new ProcessGuard(time, logger);
        ServerProcess process;
        try
        {
            WindowsShim.SetCommand(start, path, command.Skip(1));
            process = ServerProcess.Start(report.Target, start, guard, time, logger);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or ArgumentException)
        {
            return await WriteAsync(report with { FailedStep = CheckStep.Start, Error = $"The command could not be started: {e.Message}." }, json);
        }

        report = await CheckAsync(process, report, cancellationToken);
        return await WriteAsync(report, json);
    }

    private async Task<CheckReport> CheckAsync(ServerProcess process, CheckReport report, CancellationToken cancellationToken)
    {
        using var ended = process;
        await using var transport = new LineTransport(process.Output, process.Input, _pool, int.MaxValue / 2);
        try
        {
            return await new ServerCheck(transport, new Party(Attributes.Pipe), CommandTimeout, _pool, time).RunAsync(report, cancellationToken);
        }
        finally
        {
            await process.StopAsync(transport, new StopLimit());
        }
    }

    private async Task<bool> WriteAsync(CheckReport report, bool json)
    {
        try
        {
            await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(json ? report.ToJson() : report.ToText()), CancellationToken.None);
            await output.FlushAsync(CancellationToken.None);
        }
        catch (IOException e)
        {
            if (!PromptOutput.IsReaderGone(e)) // Who has left needs no report, and has the exit code.
            {
                logger.OutputFailed(e.Message);
                return false;
            }
        }

        return report.FailedStep is null;
    }
}
