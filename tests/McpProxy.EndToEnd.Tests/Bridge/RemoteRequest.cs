using System.Text.Json;
using System.Text.Json.Nodes;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>A request that a remote server got, as it came.</summary>
internal sealed record RemoteRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The JSON-RPC method in the body, or null.</summary>
    public string? Rpc => Body.StartsWith('{') ? (string?)JsonNode.Parse(Body)!["method"] : null;

    /// <summary>The JSON-RPC id in the body, or "null".</summary>
    public string Id => Body.StartsWith('{') ? JsonNode.Parse(Body)!["id"]?.ToJsonString() ?? "null" : "null";

    /// <summary>The JSON-RPC id as it was spelled.</summary>
    public string RawId() => Raw("id") ?? "null";

    /// <summary>The parameters as they were spelled, or null.</summary>
    public string? RawParams() => Raw("params");

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    private string? Raw(string member)
    {
        using var body = JsonDocument.Parse(Body);
        return body.RootElement.TryGetProperty(member, out var value) ? value.GetRawText() : null;
    }
}
