using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>Who may ask: <c>Origin</c> and <c>Host</c> (2025-11-25, basic/transports, Security Warning), and CORS.</summary>
public sealed class AccessTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string App = "https://app.example";

    /// <summary>What a client in a browser sends besides the headers that need no permission.</summary>
    private static readonly string[] BrowserHeaders =
        ["authorization", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id"];

    public static MatrixTheoryData<string, string> PathsAndOrigins { get; } =
        new(["/mcp", "/sse", "/messages/"], ["http://evil.example", "https://127.0.0.1.evil.example", "null"]);

    [Theory]
    [MemberData(nameof(PathsAndOrigins))]
    public async Task Origin_OfAnotherSite_Is403AndNamesTheFlag(string path, string origin)
    {
        using var wire = await WireAsync(path);

        using var response = await wire.SendAsync(
            path == "/sse" ? HttpMethod.Get : HttpMethod.Post,
            path == "/sse" ? null : Rpc.Initialize(1),
            TestContext.Current.CancellationToken,
            adjust: request => request.Headers.Add("Origin", origin));
        var answer = await Answer.ReadAsync(response, TestContext.Current.CancellationToken);

        // "If the Origin header is present and invalid, servers MUST respond with HTTP 403 Forbidden."
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("--allow-origin", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow-Origin", answer.Headers);
    }

    [Theory]
    [InlineData("http://localhost:6274")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://[::1]:1234")]
    [InlineData("https://localhost")]
    public async Task Origin_OfThisMachine_IsServed(string origin)
    {
        using var wire = await WireAsync("/mcp");

        var answer = await wire.PostAsync(
            Rpc.Initialize(1), TestContext.Current.CancellationToken, adjust: request => request.Headers.Add("Origin", origin));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example:80")]
    [InlineData("localhost.evil.example")]
    public async Task Host_OfAnotherName_Is403AndNamesTheFlag(string host)
    {
        using var wire = await WireAsync("/mcp");

        var answer = await wire.PostAsync(
            Rpc.Initialize(1), TestContext.Current.CancellationToken, adjust: request => request.Headers.Host = host);

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("--allow-host", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:99")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:5000")]
    public async Task Host_OfThisMachine_IsServed(string host)
    {
        using var wire = await WireAsync("/mcp");

        var answer = await wire.PostAsync(
            Rpc.Initialize(1), TestContext.Current.CancellationToken, adjust: request => request.Headers.Host = host);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task AllowHost_NamedHost_IsServed()
    {
        await using var gateway = await McpProxyProcess.ServeAsync(
            Backends.Sample, TestContext.Current.CancellationToken, "--allow-host", "gateway.internal");
        using var wire = new StreamableHttpWire(gateway.Mcp);

        var allowed = await wire.PostAsync(
            Rpc.Initialize(1), TestContext.Current.CancellationToken, adjust: request => request.Headers.Host = "gateway.internal:8080");
        var refused = await wire.PostAsync(
            Rpc.Initialize(1), TestContext.Current.CancellationToken, adjust: request => request.Headers.Host = "other.internal");

        Assert.Equal(HttpStatusCode.OK, allowed.Status);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
    }

    [Theory]
    [InlineData("--allow-origin=" + App)]
    [InlineData("--allow-origin=*")]
    public async Task AllowOrigin_BrowserOfThatSite_GetsWhatItNeeds(string option)
    {
        await using var gateway = await McpProxyProcess.ServeAsync(
            Backends.Sample, TestContext.Current.CancellationToken, option, "--expose-header", "Custom-Header");
        using var wire = new StreamableHttpWire(gateway.Mcp);

        using var preflight = await wire.SendAsync(
            HttpMethod.Options, body: null, TestContext.Current.CancellationToken, accept: null, adjust: request =>
            {
                request.Headers.Add("Origin", App);
                request.Headers.Add("Access-Control-Request-Method", "DELETE");
                request.Headers.Add(
                    "Access-Control-Request-Headers", string.Join(',', BrowserHeaders));
            });
        var allowed = await Answer.ReadAsync(preflight, TestContext.Current.CancellationToken);
        var answer = await wire.PostAsync(
            Rpc.Initialize(1), TestContext.Current.CancellationToken, adjust: request => request.Headers.Add("Origin", App));

        Assert.True(preflight.IsSuccessStatusCode, $"preflight: {preflight.StatusCode}");
        Assert.Contains(allowed.Headers["Access-Control-Allow-Origin"], (string[])[App, "*"]);
        Assert.Contains("DELETE", allowed.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
        foreach (var header in BrowserHeaders)
        {
            Assert.Contains(header, allowed.Headers["Access-Control-Allow-Headers"], StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains(answer.Headers["Access-Control-Allow-Origin"], (string[])[App, "*"]);
        Assert.Contains("Mcp-Session-Id", answer.Headers["Access-Control-Expose-Headers"], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Custom-Header", answer.Headers["Access-Control-Expose-Headers"], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AllowOrigin_OfAnotherSite_StillRefusesTheRest()
    {
        await using var gateway = await McpProxyProcess.ServeAsync(
            Backends.Sample, TestContext.Current.CancellationToken, $"--allow-origin={App}");
        using var wire = new StreamableHttpWire(gateway.Mcp);

        var answer = await wire.PostAsync(
            Rpc.Initialize(1),
            TestContext.Current.CancellationToken,
            adjust: request => request.Headers.Add("Origin", "http://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
    }

    private async Task<StreamableHttpWire> WireAsync(string path) =>
        new(new Uri((await gateways.For("sample", TestContext.Current.CancellationToken)).Root, path));
}
