using McpProxy.Relay.Configuration;

namespace McpProxy.Relay.Tests.Configuration;

/// <summary>Names of services in addresses.</summary>
public sealed class ServiceEndpointTests
{
    private static readonly Dictionary<string, string> Variables = new(StringComparer.Ordinal)
    {
        ["services__gateway__http__0"] = "http://localhost:5123",
        ["services__my-api__https__0"] = "https://10.0.0.7:8443/ignored",
        ["services__odd__http__0"] = "not an address",
        ["services__file__http__0"] = "file:///etc/passwd",
        ["services__127.0.0.1__http__0"] = "http://elsewhere:1",
        ["services__a.example__http__0"] = "http://elsewhere:1",
    };

    [Theory]
    [InlineData("http://gateway/mcp?x=1", "http://localhost:5123/mcp?x=1")]
    [InlineData("http://GATEWAY/mcp", "http://localhost:5123/mcp")]
    [InlineData("https://my-api/servers/a/mcp", "https://10.0.0.7:8443/servers/a/mcp")]
    [InlineData("https://gateway/mcp", "https://gateway/mcp")]
    [InlineData("http://gateway:99/mcp", "http://gateway:99/mcp")]
    [InlineData("http://odd/mcp", "http://odd/mcp")]
    [InlineData("http://file/mcp", "http://file/mcp")]
    [InlineData("http://unknown/mcp", "http://unknown/mcp")]
    [InlineData("http://127.0.0.1/mcp", "http://127.0.0.1/mcp")]
    [InlineData("http://a.example/mcp", "http://a.example/mcp")]
    public void Resolve_HostThatIsAServicesName_IsWhereTheEnvironmentSays(string address, string expected) =>
        Assert.Equal(expected, ServiceEndpoint.Resolve(new Uri(address), Variables.GetValueOrDefault).AbsoluteUri);
}
