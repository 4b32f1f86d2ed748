using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests;

public sealed class GatewayApplicationTests
{
    // A pipe that nobody reads is full after 64 KB on Linux, and whoever then waited to log would never come back.
    [Fact]
    public void CreateBuilder_LogThatNobodyReads_HoldsNobodyUp()
    {
        using var services = GatewayApplication.CreateBuilder([]).Services.BuildServiceProvider();

        var options = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value;

        Assert.Equal(ConsoleLoggerQueueFullMode.DropWrite, options.QueueFullMode);
    }
}
