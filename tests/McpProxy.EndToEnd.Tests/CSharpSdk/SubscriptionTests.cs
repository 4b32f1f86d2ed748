using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using ModelContextProtocol.Protocol;

namespace McpProxy.EndToEnd.Tests.CSharpSdk;

/// <summary>What the sample says on its own: updates, list changes and logs.</summary>
public sealed class SubscriptionTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string Watched = "test://watched-resource";
    private const string Other = "test://items/1";

    public static MatrixTheoryData<string, bool> TransportsAndAnswers { get; } = new(["streamable-http", "sse", "bridge", "bridge-sse"], [true, false]);

    [Theory]
    [MemberData(nameof(TransportsAndAnswers))]
    public async Task Updates_SubscribedThenNot_ComeAndStop(string transport, bool answers)
    {
        await using var peer = await ConnectAsync(transport, answers);
        await peer.Client.SubscribeToResourceAsync(Watched, cancellationToken: TestContext.Current.CancellationToken);
        await peer.Client.SubscribeToResourceAsync(Other, cancellationToken: TestContext.Current.CancellationToken);

        await TouchAsync(peer, Watched);
        await peer.Inbox.UntilAsync(NotificationMethods.ResourceUpdatedNotification, 1, TestContext.Current.CancellationToken, Of(Watched));
        await peer.Client.UnsubscribeFromResourceAsync(Watched, cancellationToken: TestContext.Current.CancellationToken);
        await TouchAsync(peer, Watched);
        await TouchAsync(peer, Other);
        await peer.Inbox.UntilAsync(NotificationMethods.ResourceUpdatedNotification, 1, TestContext.Current.CancellationToken, Of(Other));

        Assert.Single(peer.Inbox.All(NotificationMethods.ResourceUpdatedNotification, Of(Watched)));
    }

    [Theory]
    [MemberData(nameof(TransportsAndAnswers))]
    public async Task ListChanged_AllThree_Arrive(string transport, bool answers)
    {
        await using var peer = await ConnectAsync(transport, answers);

        await peer.Client.CallToolAsync("change_lists", cancellationToken: TestContext.Current.CancellationToken);

        await peer.Inbox.UntilAsync(NotificationMethods.ToolListChangedNotification, 1, TestContext.Current.CancellationToken);
        await peer.Inbox.UntilAsync(NotificationMethods.PromptListChangedNotification, 1, TestContext.Current.CancellationToken);
        await peer.Inbox.UntilAsync(NotificationMethods.ResourceListChangedNotification, 1, TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(TransportsAndAnswers))]
    public async Task Logs_LevelWarning_LeavesOutTheLower(string transport, bool answers)
    {
        await using var peer = await ConnectAsync(transport, answers);
        await peer.Client.SetLoggingLevelAsync(LoggingLevel.Warning, cancellationToken: TestContext.Current.CancellationToken);

        await peer.Client.CallToolAsync("log_levels", cancellationToken: TestContext.Current.CancellationToken);
        var messages = await peer.Inbox.UntilAsync(
            NotificationMethods.LoggingMessageNotification, 5, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["alert", "critical", "emergency", "error", "warning"],
            messages.Select(message => (string)message!["level"]!).Order(StringComparer.Ordinal));
    }

    private static Func<JsonNode?, bool> Of(string uri) => parameters => (string?)parameters?["uri"] == uri;

    private static async Task TouchAsync(SdkClient peer, string uri) => await peer.CallAsync(
        new("touch_resource", new() { ["uri"] = uri }), TestContext.Current.CancellationToken);

    private async Task<SdkClient> ConnectAsync(string transport, bool answers) => await SdkClient.ConnectAsync(
        await gateways.For("sample", TestContext.Current.CancellationToken), transport, TestContext.Current.CancellationToken, answers);
}
