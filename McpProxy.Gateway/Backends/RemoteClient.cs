using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>What sends requests to remote servers. It is made for the first of them: who has none does not even load it.</summary>
internal sealed class RemoteClient
{
    private HttpMessageInvoker? _http;

    public HttpMessageInvoker Http => LazyInitializer.EnsureInitialized(ref _http, static () => new HttpMessageInvoker(RemoteHttp.Create(new RemoteHttpOptions
    {
        UsesPool = SocketThreads.RunContinuations, // The check of a certificate may block, and this process has other connections.
    })));
}
