using System.Globalization;
using McpProxy.LoadBench.Programs;

namespace McpProxy.LoadBench.Subjects;

/// <summary>All that can be measured.</summary>
/// <param name="productFolder">Where the product was published.</param>
internal sealed class SubjectCatalog(string productFolder)
{
    /// <summary>A bare Kestrel endpoint that pipes a POST to the child.</summary>
    public const string Floor = "floor";

    /// <summary>The same, which answers as HTTP+SSE does: 202, and an event.</summary>
    public const string SseFloor = "sse-floor";

    /// <summary>A bare Kestrel endpoint that answers by itself: what the bench's own client can do at most.</summary>
    public const string Direct = "direct";

    public const string Product = "mcp-proxy";
    public const string NpmProxy = "npm-mcp-proxy";
    public const string Supergateway = "supergateway";
    public const string McpRemote = "mcp-remote";

    /// <summary>All names; what is measured unless told otherwise is all but <see cref="Direct"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [Floor, SseFloor, Product, NpmProxy, Supergateway, McpRemote, Direct];

    /// <summary>The names of the peers that are gateways.</summary>
    public static IReadOnlyList<string> GatewayPeers { get; } = [NpmProxy, Supergateway];

    /// <summary>The command of the child, which is the same for all.</summary>
    public static Launch Echo { get; } = new(EchoProgram);

    /// <summary>The gateways.</summary>
    public IReadOnlyList<GatewaySubject> Gateways =>
    [
        new(Floor, (_, port) => new Launch(FloorProgram, Text(port), EchoProgram)) { OnlyWire = Wire.Http },
        new(SseFloor, (_, port) => new Launch(FloorProgram, Text(port), EchoProgram)) { OnlyWire = Wire.Sse },
        ProductGateway,
        new(NpmProxy, (wire, port) => Node(
            "mcp-proxy/dist/bin/mcp-proxy.mjs",
            "--host", "127.0.0.1", "--port", Text(port), "--server", wire == Wire.Http ? "stream" : "sse", "--", EchoProgram)),
        new(Supergateway, (wire, port) => Node(
            "supergateway/dist/index.js", ["--stdio", EchoProgram, "--port", Text(port), "--logLevel", "none", .. SupergatewayOutput(wire)]))
        {
            StartsProcessPerSession = true,
        },
        new(Direct, (_, port) => new Launch(FloorProgram, Text(port))) { OnlyWire = Wire.Http },
    ];

    /// <summary>The product, with one child for all sessions.</summary>
    public GatewaySubject ProductGateway => new(Product, (_, port) => new Launch(
        ProductProgram, "--port", Text(port), "--sharing", "shared", "--max-sessions", "100000", "--log-level", "WARNING", "--", EchoProgram));

    /// <summary>The bridges.</summary>
    public IReadOnlyList<BridgeSubject> Bridges =>
    [
        new(Product, remote => new Launch(ProductProgram, "--transport", "streamablehttp", "--log-level", "WARNING", remote.AbsoluteUri)),
        new(McpRemote, remote => Node("mcp-remote/dist/proxy.js", remote.AbsoluteUri, "--transport", "http-only", "--silent")),
    ];

    private static string EchoProgram => Path.Combine(BenchPaths.Published("echo"), "echo-server");

    private static string FloorProgram => Path.Combine(BenchPaths.Published(Floor), "floor");

    private string ProductProgram => Path.Combine(productFolder, "mcp-proxy");

    private static string[] SupergatewayOutput(Wire wire) =>
        wire == Wire.Http ? ["--outputTransport", "streamableHttp", "--stateful"] : ["--outputTransport", "sse"];

    private static Launch Node(string script, params IReadOnlyList<string> arguments) =>
        new("node", [Path.Combine(BenchPaths.Benchmarks, "node_modules", script), .. arguments]);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
