using McpProxy.Relay.Remote;

namespace McpProxy.Bridge.Authorization;

/// <summary>No token could be had. The message is a whole sentence for whoever sent the request; it holds no secret.</summary>
internal sealed class AuthorizationException(string message, Exception? inner = null) : RemoteException(new RemoteFault(Code, message), inner)
{
    private const int Code = -32001;
}
