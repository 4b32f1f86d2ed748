using System.Globalization;
using McpProxy.LoadBench.Programs;

namespace McpProxy.LoadBench.Subjects;

/// <summary>All that can be measured.</summary>
internal sealed class SubjectCatalog(string productFolder)
{
    public const string Floor = "floor";
    public const string Product = "mcp-proxy";
    public const string Direct = "direct";
    private const string NpmProxy = "npm-mcp-proxy";
    private const string Supergateway = "supergateway";

    private static readonly string Echo = Path.Combine(BenchPaths.Published("echo"), "echo-server");

    /// <summary>The names of the peers that are gateways.</summary>
    public static IReadOnlyList<string> GatewayPeers { get; } = [NpmProxy, Supergateway];

    /// <summary>The gateways.</summary>
    public IReadOnlyList<GatewaySubject> Gateways =>
    [
        new(Floor, (_, port) => new Launch(FloorProgram, Text(port), Echo)) { IsProxy = false },
        new(Product, (_, port) => new Launch(ProductProgram, "--port", Text(port), "--sharing", "shared", "--max-sessions", "100000", "--log-level", "NONE", "--", Echo)),
        new(NpmProxy, (wire, port) => Node("mcp-proxy/dist/bin/mcp-proxy.mjs", "--host", "127.0.0.1", "--port", Text(port), "--server", wire == Wire.Http ? "stream" : "sse", "--", Echo)),
        new(Supergateway, (wire, port) => Node("supergateway/dist/index.js", ["--stdio", Echo, "--port", Text(port), "--logLevel", "none", .. SupergatewayOutput(wire)]))
        {
            StartsProcessPerSession = true,
        },
        new(Direct, (_, port) => new Launch(FloorProgram, Text(port))) { IsProxy = false },
    ];

    private static string FloorProgram => Path.Combine(BenchPaths.Published(Floor), "floor");

    private string ProductProgram => Path.Combine(productFolder, "mcp-proxy");

    private static string[] SupergatewayOutput(Wire wire) => wire == Wire.Http ? ["--outputTransport", "streamableHttp", "--stateful"] : ["--outputTransport", "sse"];

    private static Launch Node(string script, params IReadOnlyList<string> arguments) =>
        new("node", [Path.Combine(BenchPaths.Benchmarks, "node_modules", script), .. arguments]);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
