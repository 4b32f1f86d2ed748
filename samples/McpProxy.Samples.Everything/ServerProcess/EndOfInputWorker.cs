using Microsoft.Extensions.Hosting;
using ModelContextProtocol.Protocol;

namespace McpProxy.Samples.Everything.ServerProcess;

/// <summary>Ends the process when its standard input has ended.</summary>
/// <remarks>
/// The SDK (2.3) waits for the running calls then, although it no longer sends their answers, and although some of them wait for
/// the client, for ever. Revision 2026-07-28, basic/transports/stdio: servers SHOULD exit promptly when their input is closed.
/// </remarks>
internal sealed class EndOfInputWorker(ITransport transport, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await transport.MessageReader.Completion.WaitAsync(stoppingToken);
        lifetime.StopApplication();
    }
}
