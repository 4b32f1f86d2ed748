using McpProxy.Relay.Remote;

namespace McpProxy.Gateway.Backends;

/// <summary>What sends requests to remote servers. It is made for the first of them: who has none does not even load it.</summary>
internal sealed class RemoteClient
{
    private HttpMessageInvoker? _http;

    public HttpMessageInvoker Http => LazyInitializer.EnsureInitialized(ref _http, static () => new HttpMessageInvoker(RemoteHttp.Create(new RemoteHttpOptions())));
}
