using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Security;

/// <summary>Who may ask (MCP 2025-11-25, transports, security warning), and what browsers are told.</summary>
public sealed class CallerSecurityTests : GatewayTest
{
    [Theory]
    [InlineData(null, 200)]
    [InlineData("http://localhost:6274", 200)]
    [InlineData("http://127.0.0.1", 200)]
    [InlineData("http://[::1]:80", 200)]
    [InlineData("https://app.localhost", 200)]
    [InlineData("https://allowed.example", 200)]
    [InlineData("https://allowed.example:8443", 403)]
    [InlineData("http://allowed.example", 403)]
    [InlineData("https://evil.example", 403)]
    [InlineData("https://localhost.evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("", 403)]
    public async Task Origin_NotAllowed_Is403(string? origin, int status)
    {
        // "If the Origin header is present and invalid, servers MUST respond with HTTP 403 Forbidden."
        var answer = await PostAsync(options => options.AllowOrigin.Add("https://allowed.example"), request => McpClient.Set(request, "Origin", origin));

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(status == 403, answer.Body.Contains("--allow-origin", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:99", 200)]
    [InlineData("[::1]:99", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("allowed.example", 200)]
    [InlineData("allowed.example:99", 200)]
    [InlineData("evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    public async Task Host_NotAllowed_Is403(string name, int status)
    {
        var answer = await PostAsync(options => options.AllowHost.Add("allowed.example"), request => request.Headers.Host = name);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(status == 403, answer.Body.Contains("--allow-host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Origin_SameAsHost_IsAllowed()
    {
        var answer = await PostAsync(options => options.AllowHost.Add("own.example"), request =>
        {
            request.Headers.Host = "own.example:8443";
            McpClient.Set(request, "Origin", "https://own.example:8443");
        });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Refusal_AnyEndpoint_IsRefused()
    {
        var host = await StartAsync(FaultServer.Shared());

        foreach (var path in (string[])["/mcp", "/sse", "/messages/", "/status"])
        {
            var answer = await host.Client().GetAtAsync(path, request => McpClient.Set(request, "Origin", "https://evil.example"));
            Assert.Equal((HttpStatusCode.Forbidden, -32600, "null"), (answer.Status, answer.Response.ErrorCode(), answer.Response.Id()));
        }
    }

    [Theory]
    [InlineData("https://allowed.example", "https://allowed.example")]
    [InlineData("*", "*")]
    public async Task Cors_AllowedOrigin_MayReadTheSessionId(string allowed, string told)
    {
        var answer = await PostAsync(
            options =>
            {
                options.AllowOrigin.Add(allowed);
                options.ExposeHeader.Add("X-Own");
            },
            request => McpClient.Set(request, "Origin", "https://allowed.example"));

        Assert.Equal(told, answer.Headers["Access-Control-Allow-Origin"]);
        var exposed = answer.Headers["Access-Control-Expose-Headers"].Split(',', StringSplitOptions.TrimEntries);
        Assert.Contains("Mcp-Session-Id", exposed, StringComparer.OrdinalIgnoreCase);
        Assert.Contains("X-Own", exposed);
    }

    [Fact]
    public async Task Cors_Preflight_AllowsWhatClientsSend()
    {
        var host = await StartAsync(FaultServer.Shared());

        using var response = await host.Client().SendAsync(HttpMethod.Options, adjust: request =>
        {
            McpClient.Set(request, "Origin", "http://localhost:6274");
            McpClient.Set(request, "Access-Control-Request-Method", "DELETE");
            McpClient.Set(request, "Access-Control-Request-Headers", "mcp-session-id,mcp-protocol-version,last-event-id,authorization,mcp-param-x");
        });

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("DELETE", response.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.Contains("mcp-param-x", response.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
    }

    private async Task<Answer> PostAsync(Action<GatewayOptions> configure, Action<HttpRequestMessage> adjust)
    {
        var host = await StartAsync(FaultServer.Shared(), configure);
        return await host.Client().PostAsync(Rpc.Initialize(), adjust);
    }
}
