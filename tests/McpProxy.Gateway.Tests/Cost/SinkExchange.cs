using McpProxy.Gateway.Backends;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>A request whose answer nobody reads.</summary>
internal sealed class SinkExchange(Message request) : Exchange(null, request)
{
    public override ValueTask OnMessageAsync(Message message, Wakeups? wakeups = null)
    {
        message.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnResponseAsync(Message response, Wakeups? wakeups)
    {
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
