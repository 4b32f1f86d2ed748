using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace McpProxy.EndToEnd.Tests.CSharpSdk;

/// <summary>What a server offers and a client asks for, over every transport that the proxy serves.</summary>
public sealed class FeatureTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    public static MatrixTheoryData<string, string> ServersAndTransports { get; } =
        new(["server-everything", "sample"], ["streamable-http", "sse", "bridge", "bridge-sse", "bridge-auto", "url-backend", "url-backend-sse"]);

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Initialize_ServerWithInstructions_ArrivesWhole(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);

        Assert.Equal(profile.ServerName, peer.Client.ServerInfo?.Name);
        Assert.Contains(profile.Instructions, peer.Client.ServerInstructions, StringComparison.Ordinal);
        Assert.Equal("2025-11-25", peer.Client.NegotiatedProtocolVersion);
        Assert.Equal(true, peer.Client.ServerCapabilities.Resources?.Subscribe);
        await peer.Client.PingAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Tools_ListedAndCalled_Answer(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);

        var tools = await peer.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var result = await peer.CallAsync(profile.Echo("hello"), TestContext.Current.CancellationToken);

        Assert.Contains(tools, tool => tool.Name == "echo");
        Assert.Equal("hello", profile.EchoOf(result));
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Prompts_ListedReadAndCompleted_Answer(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);

        var prompts = await peer.Client.ListPromptsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var prompt = await peer.Client.GetPromptAsync(
            profile.Prompt, profile.PromptArguments, cancellationToken: TestContext.Current.CancellationToken);
        var completion = await peer.Client.CompleteAsync(
            new PromptReference { Name = profile.CompletedPrompt },
            profile.CompletedArgument,
            profile.CompletedPrefix,
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains(prompts, found => found.Name == profile.Prompt);
        Assert.Equal(profile.PromptText, Assert.IsType<TextContentBlock>(prompt.Messages[0].Content).Text);
        Assert.Equal(profile.CompletedValues, completion.Completion.Values);
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Resources_AllPagesAndOneRead_Answer(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);

        var resources = await peer.Client.ListResourcesAsync(cancellationToken: TestContext.Current.CancellationToken);
        var templates = await peer.Client.ListResourceTemplatesAsync(cancellationToken: TestContext.Current.CancellationToken);
        var read = await peer.Client.ReadResourceAsync(profile.TextResource, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(resources.Count >= profile.MinimumResources, $"{resources.Count} resources");
        Assert.Equal(resources.Count, resources.Select(resource => resource.Uri).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, templates.Count);
        Assert.Equal(profile.TextResource, read.Contents[0].Uri);
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Progress_CallWithToken_ReportsEveryStep(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);
        var call = profile.Slow(200, 4);

        await peer.Client.CallToolAsync(
            call.Tool,
            call.Arguments,
            options: new RequestOptions { ProgressToken = new ProgressToken("our-token") },
            cancellationToken: TestContext.Current.CancellationToken);
        var steps = await peer.Inbox.UntilAsync(
            NotificationMethods.ProgressNotification,
            4,
            TestContext.Current.CancellationToken,
            parameters => (string?)parameters?["progressToken"] == "our-token");

        Assert.Equal([1, 2, 3, 4], steps.Select(step => step!["progress"]!.GetValue<double>()).Order());
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Cancellation_CallUnderWay_EndsAndSessionGoesOn(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var call = profile.Slow(60_000, 600);

        var slow = peer.Client.CallToolAsync(
            call.Tool,
            call.Arguments,
            options: new RequestOptions { ProgressToken = new ProgressToken(1) },
            cancellationToken: cancellation.Token).AsTask();
        await peer.Inbox.UntilAsync(NotificationMethods.ProgressNotification, 1, TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        var result = await peer.CallAsync(profile.Echo("still here"), TestContext.Current.CancellationToken);
        Assert.Equal("still here", profile.EchoOf(result));
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task ServerRequests_SamplingElicitationRoots_MakeTheRoundTrip(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);

        // server-everything offers these tools only once it has seen notifications/initialized.
        await Wait.UntilAsync(
            async () => await peer.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken),
            tools => tools.Any(tool => tool.Name == profile.Roots.Tool),
            () => $"the tool {profile.Roots.Tool}",
            TestContext.Current.CancellationToken);
        var sampled = await peer.CallAsync(profile.Sample, TestContext.Current.CancellationToken);
        var elicited = await peer.CallAsync(profile.Elicit, TestContext.Current.CancellationToken);
        var roots = await peer.CallAsync(profile.Roots, TestContext.Current.CancellationToken);

        Assert.Contains("sampled by the client", AllText(sampled), StringComparison.Ordinal);
        Assert.Contains("Grace Hopper", AllText(elicited), StringComparison.Ordinal);
        Assert.Contains("file:///home/user/project", AllText(roots), StringComparison.Ordinal);
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                RequestMethods.SamplingCreateMessage, RequestMethods.ElicitationCreate, RequestMethods.RootsList,
            },
            peer.Asked.ToHashSet(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Errors_OfTheServer_KeepTheirCodes(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);

        var unknownMethod = await Assert.ThrowsAsync<McpProtocolException>(
            async () => await peer.Client.SendRequestAsync(
                new JsonRpcRequest { Method = "no/such/method", Params = new JsonObject() }, TestContext.Current.CancellationToken));
        var unknownResource = await Assert.ThrowsAsync<McpProtocolException>(
            async () => await peer.Client.ReadResourceAsync(
                profile.UnknownResource, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(McpErrorCode.MethodNotFound, unknownMethod.ErrorCode);
        Assert.True(
            unknownResource.ErrorCode is McpErrorCode.ResourceNotFound or McpErrorCode.InvalidParams, $"code {unknownResource.ErrorCode}");
        Assert.Contains(profile.UnknownResource, unknownResource.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Payloads_AwkwardLargeAndConcurrent_ComeBackUnchanged(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        await using var peer = await ConnectAsync(server, transport);
        string[] texts =
        [
            "emoji 👩‍👩‍👧‍👦 and 🇫🇷", "separators \u2028 and \u2029", "controls \0 \u0001 \u001f \u007f", "\" \\ \\u0041 \r\n \t",
            "data: not an event\n\nevent: message\nid: 9\n\n", new('é', 1_000_000),
            .. Enumerable.Range(0, 100).Select(i => $"call {i}"),
        ];

        var results = await Task.WhenAll(
            texts.Select(text => peer.CallAsync(profile.Echo(text), TestContext.Current.CancellationToken).AsTask()));

        Assert.Equal(texts, results.Select(profile.EchoOf));
    }

    [Theory]
    [MemberData(nameof(ServersAndTransports))]
    public async Task Client_WithoutCapabilities_IsServedToo(string server, string transport)
    {
        var profile = ServerProfile.Of(server);
        var gateway = await gateways.For(server, TestContext.Current.CancellationToken);
        await using var first = await SdkClient.ConnectAsync(gateway, transport, TestContext.Current.CancellationToken, answers: false);
        await using var second = await SdkClient.ConnectAsync(gateway, transport, TestContext.Current.CancellationToken, answers: false);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 50).SelectMany(i => new[] { CallAsync(first, $"first {i}"), CallAsync(second, $"second {i}") }));

        Assert.All(results, result => Assert.Equal(result.Sent, result.Received));

        async Task<(string Sent, string Received)> CallAsync(SdkClient peer, string text) =>
            (text, profile.EchoOf(await peer.CallAsync(profile.Echo(text), TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("server-everything", "streamable-http", "2025-11-25")]
    [InlineData("sample", "streamable-http", "2026-07-28")]
    [InlineData("server-everything", "bridge", "2025-11-25")]
    [InlineData("sample", "bridge", "2026-07-28")]
    [InlineData("server-everything", "url-backend", "2025-11-25")]
    [InlineData("sample", "url-backend", "2026-07-28")]
    public async Task Client_ThatPrefersTheNewestRevision_FindsTheEraOfTheServer(string server, string transport, string expected)
    {
        var profile = ServerProfile.Of(server);

        await using var peer = await SdkClient.ConnectAsync(
            await GatewayAsync(server, transport), transport, TestContext.Current.CancellationToken, answers: false, protocolVersion: null);
        var result = await peer.CallAsync(profile.Echo("either era"), TestContext.Current.CancellationToken);

        Assert.Equal(expected, peer.Client.NegotiatedProtocolVersion);
        Assert.Equal("either era", profile.EchoOf(result));
    }

    private static string AllText(CallToolResult result) =>
        string.Join('\n', result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    private async Task<SdkClient> ConnectAsync(string server, string transport) =>
        await SdkClient.ConnectAsync(await GatewayAsync(server, transport), transport, TestContext.Current.CancellationToken);

    private Task<McpProxyProcess> GatewayAsync(string server, string transport) => transport switch
    {
        "url-backend" => gateways.ForRemote(server, "/mcp", TestContext.Current.CancellationToken),
        "url-backend-sse" => gateways.ForRemote(server, "/sse", TestContext.Current.CancellationToken),
        _ => gateways.For(server, TestContext.Current.CancellationToken),
    };
}
