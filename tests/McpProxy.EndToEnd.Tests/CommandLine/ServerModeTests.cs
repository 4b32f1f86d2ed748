using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.CommandLine;

/// <summary>The command lines that users of the tool that we replace have in their files, with our sample as the command.</summary>
public sealed class ServerModeTests
{
    private const string Sample = "{sample}";
    private const string SampleString = "{sample string}";
    private const string FreePort = "{port}";

    /// <summary>Server-mode lines; <c>{sample}</c> stands for the command and <c>{port}</c> for a free port.</summary>
    public static TheoryData<string> DefaultServerLines { get; } =
    [
        "{sample}",
        "--port=0 {sample}",
        "--port={port} {sample}",
        "--sse-host=127.0.0.1 --sse-port={port} {sample}",
        "--port=0 -- {sample} --user-agent=YourUserAgent",
        "{sample} --port 0 -e KEY VALUE -e ANOTHER_KEY ANOTHER_VALUE",
        "{sample} --port 0 --allow-origin=* --expose-header Custom-Header",
        "--port 0 -e KEY VALUE -- {sample} --arg1",
        "--pass-environment --port=0 --sse-host 127.0.0.1 {sample}",
        "--no-pass-environment --no-debug --no-stateless --host 127.0.0.1 --port 0 {sample}",
        "--log-level ERROR --port 0 --cwd / {sample}",
        "--debug --port 0 {sample}",
        "--stateless --port 0 {sample}",
        // Prefixes that are unambiguous are understood.
        "--por 0 {sample}",
        "--allow-origin * --port 0 -- {sample}",
        // What we do not know behind the command is the command's; what we know is ours.
        "--port 0 {sample} -y --no-such-flag",
        "{sample} --port {port} f",
    ];

    [Theory]
    [MemberData(nameof(DefaultServerLines))]
    public async Task DefaultServer_KnownCommandLine_StartsAndServes(string line)
    {
        var port = FindFreePort();
        await using var gateway = await McpProxyProcess.StartAsync(Expand(line.Split(' '), port), TestContext.Current.CancellationToken);

        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        var answer = await wire.CallAsync(1, "echo", new { value = "served" }, TestContext.Current.CancellationToken);
        using var sse = await HttpSseWire.ConnectAsync(gateway.Sse, TestContext.Current.CancellationToken);
        var overSse = await sse.InitializeAsync(TestContext.Current.CancellationToken);

        Assert.Equal("served", (string?)answer["result"]!["structuredContent"]!["value"]);
        Assert.Equal("everything-server", (string?)overSse["result"]!["serverInfo"]!["name"]);
        Assert.True(!line.Contains(FreePort, StringComparison.Ordinal) || gateway.Root.Port == port, $"port {gateway.Root.Port}");
        Assert.Empty(gateway.Output);
    }

    [Fact]
    public async Task NamedServers_OnTheCommandLine_AreServedByName()
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            Expand(["--port=0", "--named-server", "fetch", SampleString, "--named-server", "fetch2", SampleString]),
            TestContext.Current.CancellationToken);

        foreach (var name in (string[])["fetch", "fetch2"])
        {
            await AssertServesAsync(gateway.Named(name, "mcp"));
        }

        await AssertNothingThereAsync(gateway.Mcp);
        await AssertNothingThereAsync(gateway.Named("fetch3", "mcp"));
    }

    [Fact]
    public async Task NamedServer_GivenTwice_LastWins()
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            Expand(["--port=0", "--named-server", "fetch", "no-such-command", "--named-server", "fetch", SampleString]),
            TestContext.Current.CancellationToken);

        await AssertServesAsync(gateway.Named("fetch", "mcp"));
    }

    [Fact]
    public async Task NamedServerConfig_WithADefaultCommand_ServesBoth()
    {
        var directory = Directory.CreateTempSubdirectory("config-");
        try
        {
            var path = Path.Combine(directory.FullName, "servers.json");
            await File.WriteAllTextAsync(path, ServersJson(), TestContext.Current.CancellationToken);
            await using var gateway = await McpProxyProcess.StartAsync(
                Expand(["--port=0", "--named-server-config", path, "--", Sample, "--arg1"]), TestContext.Current.CancellationToken);

            await AssertServesAsync(gateway.Mcp);
            await AssertServesAsync(gateway.Named("fetch", "mcp"));
            await AssertServesAsync(gateway.Named("with-environment", "mcp"));
            await AssertNothingThereAsync(gateway.Named("off", "mcp"));
            await AssertNothingThereAsync(gateway.Named("also-off", "mcp"));
            await AssertNothingThereAsync(gateway.Named("without-a-command", "mcp"));
            Assert.Contains(gateway.Errors, line => line.Contains("without-a-command", StringComparison.Ordinal));

            using var wire = await StreamableHttpWire.ConnectAsync(
                gateway.Named("with-environment", "mcp"), TestContext.Current.CancellationToken);
            var answer = await wire.CallAsync(1, "environment", new { }, TestContext.Current.CancellationToken);
            Assert.Equal("from the file", (string?)JsonNode.Parse(answer.FirstText())!["FROM_CONFIG"]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task NamedServerConfig_BesideNamedServer_WinsWithAWarning()
    {
        var directory = Directory.CreateTempSubdirectory("config-");
        try
        {
            var path = Path.Combine(directory.FullName, "servers.json");
            await File.WriteAllTextAsync(path, ServersJson(), TestContext.Current.CancellationToken);
            await using var gateway = await McpProxyProcess.StartAsync(
                Expand(["--port=0", "--named-server-config", path, "--named-server", "ignored", SampleString]),
                TestContext.Current.CancellationToken);

            await AssertServesAsync(gateway.Named("fetch", "mcp"));
            await AssertNothingThereAsync(gateway.Named("ignored", "mcp"));
            Assert.Contains(gateway.Errors, line => line.Contains("--named-server", StringComparison.Ordinal));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Status_OfARunningGateway_NamesTheInstances()
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            Expand(["--port=0", "--named-server", "fetch", SampleString, Sample]), TestContext.Current.CancellationToken);
        using var status = new StreamableHttpWire(new Uri(gateway.Root, "/status"));

        var answer = await status.GetAsync(TestContext.Current.CancellationToken, accept: null);
        using var head = await status.SendAsync(HttpMethod.Head, body: null, TestContext.Current.CancellationToken, accept: null);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("application/json", answer.MediaType);
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+\\+00:00$", (string?)answer.Json["api_last_activity"]);
        Assert.Equal(
            ["default", "fetch"],
            answer.Json["server_instances"]!.AsObject().Select(instance => instance.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task Health_OfARunningGateway_Becomes200(string path)
    {
        await using var gateway = await McpProxyProcess.ServeAsync(Backends.Sample, TestContext.Current.CancellationToken);
        using var probe = new StreamableHttpWire(new Uri(gateway.Root, path));

        await Wait.UntilAsync(
            async () => await probe.GetAsync(TestContext.Current.CancellationToken, accept: null),
            answer => answer.Status == HttpStatusCode.OK,
            () => $"{path} never answered 200",
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Port_AlreadyTaken_SaysSoAndExitsWith1()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var process = McpProxyProcess.Run(["--port", $"{port}", "--", .. Backends.Sample]);

        Assert.Equal(1, await process.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Contains(process.Errors, line => line.Contains($"{port}", StringComparison.Ordinal));
    }

    private static async Task AssertServesAsync(Uri endpoint)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(endpoint, TestContext.Current.CancellationToken);
        var answer = await wire.CallAsync(1, "echo", new { value = endpoint.AbsolutePath }, TestContext.Current.CancellationToken);
        Assert.Equal(endpoint.AbsolutePath, (string?)answer["result"]!["structuredContent"]!["value"]);
    }

    private static async Task AssertNothingThereAsync(Uri endpoint)
    {
        using var wire = new StreamableHttpWire(endpoint);
        var answer = await wire.PostAsync(Rpc.Initialize(1), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
    }

    private static string ServersJson() => $$"""
        {
          // Comments and trailing commas are what people write.
          "mcpServers": {
            "fetch": { "command": "dotnet", "args": [{{JsonValue.Create(ArtifactPaths.SampleServer)!.ToJsonString()}}] },
            "with-environment": {
              "command": "dotnet",
              "args": [{{JsonValue.Create(ArtifactPaths.SampleServer)!.ToJsonString()}}],
              "env": { "FROM_CONFIG": "from the file" },
              "enabled": true,
            },
            "off": { "command": "dotnet", "disabled": true },
            "also-off": { "command": "dotnet", "enabled": false },
            "without-a-command": { "args": ["lonely"] },
          },
        }
        """;

    private static IEnumerable<string> Expand(IEnumerable<string> line, int port = 0) => line.SelectMany(word => word switch
    {
        Sample => Backends.Sample,
        SampleString => [Backends.CommandString(Backends.Sample)],
        _ => [word.Replace(FreePort, $"{port}", StringComparison.Ordinal)],
    });

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
