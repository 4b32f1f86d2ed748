using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.StreamableHttp;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary>What the server is told of a response that carries a stream.</summary>
public sealed class SseResponseTests
{
    [Fact]
    public async Task RunAsync_Stream_MayBeReadAsSlowlyAsItsClientLikes()
    {
        var pool = new MessagePool();
        var streams = new EventStreams(new StreamLimits(QueueBytes: 1000, ReplayEvents: 0, ReplayBytes: 0), pool, TimeProvider.System);
        var stream = streams.Open();
        var reader = streams.Attach(stream, () => { });
        await streams.AppendAsync(stream, pool.Parse(Rpc.Result("1")), isLast: true);
        var kestrel = new KestrelLimit();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpMinResponseDataRateFeature>(kestrel);
        using var openStreams = new OpenStreams(Options.Create(new GatewayOptions()), TimeProvider.System);

        await new SseResponse(context, reader, openStreams, TimeProvider.System).RunAsync();

        Assert.Null(kestrel.MinDataRate);
        streams.End();
        Assert.Equal(0, pool.Outstanding);
    }

    private sealed class KestrelLimit : IHttpMinResponseDataRateFeature
    {
        public MinDataRate? MinDataRate { get; set; } = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }
}
