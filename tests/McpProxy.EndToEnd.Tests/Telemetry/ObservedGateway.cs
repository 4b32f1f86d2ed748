using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>A gateway that exports to a receiver of its own.</summary>
internal sealed class ObservedGateway : IAsyncDisposable
{
    /// <summary>Its <c>service.name</c>.</summary>
    public const string Service = "gateway-under-test";

    private ObservedGateway(OtlpReceiver receiver, McpProxyProcess gateway)
    {
        Receiver = receiver;
        Gateway = gateway;
    }

    public OtlpReceiver Receiver { get; }

    public McpProxyProcess Gateway { get; }

    /// <summary>Starts it in front of one server.</summary>
    public static async Task<ObservedGateway> StartAsync(IReadOnlyList<string> backend, CancellationToken cancellationToken, params string[] options)
    {
        var receiver = await OtlpReceiver.StartAsync(cancellationToken);
        try
        {
            return new(receiver, await McpProxyProcess.StartAsync(["--port", "0", .. options, "--", .. backend], cancellationToken, receiver.Observe(Service)));
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    /// <summary>Posts a request in a trace of its own, whose context goes in the HTTP header only.</summary>
    public static async Task<(JsonNode Answer, TraceContext Context)> PostAsync(StreamableHttpWire wire, string request, CancellationToken cancellationToken)
    {
        var context = TraceContext.Create();
        var answer = await wire.PostAsync(request, cancellationToken, "application/json", context.ApplyTo);
        return (answer.Json, context);
    }

    public Task<OtlpSpan> ServerSpanAsync(TraceContext context, CancellationToken cancellationToken) =>
        Receiver.ServerSpanAsync(Service, context.TraceId, cancellationToken);

    public Task<OtlpSpan> ClientSpanAsync(TraceContext context, CancellationToken cancellationToken) =>
        Receiver.ClientSpanAsync(Service, context.TraceId, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
