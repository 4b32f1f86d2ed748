using System.Text.Json.Nodes;

namespace McpProxy.FaultServer;

/// <summary>A request that is answered with a JSON-RPC error.</summary>
internal sealed class RpcException(int code, string message, JsonObject? data = null) : Exception(message)
{
    public JsonObject ToJson()
    {
        var error = new JsonObject { ["code"] = code, ["message"] = Message };
        if (data is not null)
        {
            error["data"] = data;
        }

        return error;
    }
}
