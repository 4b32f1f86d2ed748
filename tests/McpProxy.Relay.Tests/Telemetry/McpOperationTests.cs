using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Relay.Tests.Telemetry;

/// <summary>Telemetry costs nothing while nobody listens. What it says when somebody does is tested end to end.</summary>
public sealed class McpOperationTests
{
    [Fact]
    public void Begin_NobodyListens_IsNothing_AndCostsNothing()
    {
        using var request = MessageReader.Read(
            new MessagePool(), Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"echo","_meta":{"traceparent":"x"}}}""")).Single!;
        var party = new Party(Attributes.Pipe, "backend");

        Assert.False(McpTelemetry.IsOn);
        Assert.Null(McpOperation.Begin(request, party, "session", "2025-11-25"));
        Assert.Equal(0, Allocations.Of(1000, () =>
        {
            McpOperation.Begin(request, party, "session", "2025-11-25")?.End(request);
            McpOperation.BeginOwn(request)?.End(request);
            McpTelemetry.ServerSessionEnded(TimeSpan.Zero, party, "2025-11-25");
        }));
    }
}
