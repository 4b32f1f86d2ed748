using System.Collections.Concurrent;
using System.Text.Json;
using McpProxy.EndToEnd.Tests.Harness;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace McpProxy.EndToEnd.Tests.CSharpSdk;

/// <summary>The official C# client, connected through the proxy, with answers for what a server asks.</summary>
internal sealed class SdkClient : IAsyncDisposable
{
    private SdkClient(McpClient client, NotificationInbox inbox, ConcurrentQueue<string> asked)
    {
        Client = client;
        Inbox = inbox;
        Asked = asked;
    }

    public McpClient Client { get; }

    public NotificationInbox Inbox { get; }

    /// <summary>The methods that the server asked this client for.</summary>
    public ConcurrentQueue<string> Asked { get; }

    /// <summary>Connects over stdio to a bridge with these arguments.</summary>
    public static Task<SdkClient> ConnectAsync(CancellationToken cancellationToken, params string[] bridge) =>
        ConnectAsync(Bridge(bridge), answers: true, "2025-11-25", cancellationToken);

    /// <summary>The same, with a bridge in an environment of these variables, and without answers for what a server asks.</summary>
    public static Task<SdkClient> ConnectAsync(
        IReadOnlyDictionary<string, string?> variables, CancellationToken cancellationToken, params string[] bridge) =>
        ConnectAsync(Bridge(bridge, variables), answers: false, "2025-11-25", cancellationToken);

    /// <summary>Connects over <c>streamable-http</c> or <c>sse</c>, or over stdio to a bridge.</summary>
    public static Task<SdkClient> ConnectAsync(
        McpProxyProcess gateway,
        string transport,
        CancellationToken cancellationToken,
        bool answers = true,
        string? protocolVersion = "2025-11-25") =>
        ConnectAsync(Transport(gateway, transport), answers, protocolVersion, cancellationToken);

    public ValueTask<CallToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken) =>
        Client.CallToolAsync(call.Tool, call.Arguments, cancellationToken: cancellationToken);

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private static async Task<SdkClient> ConnectAsync(IClientTransport transport, bool answers, string? protocolVersion, CancellationToken cancellationToken)
    {
        var inbox = new NotificationInbox();
        var asked = new ConcurrentQueue<string>();
        var options = new McpClientOptions
        {
            ClientInfo = new Implementation { Name = "csharp-sdk", Title = "C# SDK", Version = "1.0.0" },
            ProtocolVersion = protocolVersion,
            InitializationTimeout = Wait.Patience,
            Handlers = new McpClientHandlers { NotificationHandlers = inbox.Handlers },
        };
        if (answers)
        {
            AnswerRequests(options.Handlers, asked);
        }

        var client = await McpClient.CreateAsync(transport, options, cancellationToken: cancellationToken);
        return new SdkClient(client, inbox, asked);
    }

    private static IClientTransport Transport(McpProxyProcess gateway, string transport) => transport switch
    {
        "streamable-http" or "url-backend" or "url-backend-sse" => new HttpClientTransport(new() { Endpoint = gateway.Mcp, TransportMode = HttpTransportMode.StreamableHttp }),
        "sse" => new HttpClientTransport(new() { Endpoint = gateway.Sse, TransportMode = HttpTransportMode.Sse }),
        "bridge" => Bridge("--transport", "streamablehttp", gateway.Mcp.AbsoluteUri),
        "bridge-sse" => Bridge("--transport", "sse", gateway.Sse.AbsoluteUri),
        "bridge-auto" => Bridge(gateway.Sse.AbsoluteUri),
        _ => throw new ArgumentOutOfRangeException(nameof(transport), transport, "No such transport."),
    };

    private static StdioClientTransport Bridge(params string[] arguments) => Bridge(arguments, new Dictionary<string, string?>(StringComparer.Ordinal));

    private static StdioClientTransport Bridge(string[] arguments, IReadOnlyDictionary<string, string?> variables) => new(new()
    {
        Command = ArtifactPaths.McpProxy,
        Arguments = arguments,
        EnvironmentVariables = new Dictionary<string, string?>(variables, StringComparer.Ordinal) { ["SSE_URL"] = null, ["API_ACCESS_TOKEN"] = null },
    });

    private static void AnswerRequests(McpClientHandlers handlers, ConcurrentQueue<string> asked)
    {
        handlers.RootsHandler = (_, _) => Answer(RequestMethods.RootsList, new ListRootsResult
        {
            Roots = [new Root { Uri = "file:///home/user/project", Name = "Project" }],
        });
        handlers.SamplingHandler = (_, _, _) => Answer(RequestMethods.SamplingCreateMessage, new CreateMessageResult
        {
            Model = "model-of-the-client",
            Content = [new TextContentBlock { Text = "sampled by the client" }],
        });
        handlers.ElicitationHandler = (_, _) => Answer(RequestMethods.ElicitationCreate, new ElicitResult
        {
            Action = "accept",
            Content = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["name"] = JsonSerializer.SerializeToElement("Grace Hopper"),
                ["username"] = JsonSerializer.SerializeToElement("Grace Hopper"),
                ["email"] = JsonSerializer.SerializeToElement("grace@example.com"),
            },
        });

        ValueTask<T> Answer<T>(string method, T result)
        {
            asked.Enqueue(method);
            return ValueTask.FromResult(result);
        }
    }
}
