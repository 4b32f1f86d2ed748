using System.ComponentModel;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Subscriptions;

/// <summary>Tools that announce changes, to those who asked for it.</summary>
[McpServerToolType]
internal sealed class ChangeTools(SubscriptionRegistry subscriptions)
{
    private static readonly (string Method, Func<SubscriptionsListenNotifications, bool> IsWanted)[] Lists =
    [
        (NotificationMethods.ToolListChangedNotification, filter => filter.ToolsListChanged is true),
        (NotificationMethods.PromptListChangedNotification, filter => filter.PromptsListChanged is true),
        (NotificationMethods.ResourceListChangedNotification, filter => filter.ResourcesListChanged is true),
    ];

    [McpServerTool(Name = "touch_resource")]
    [Description("Sends notifications/resources/updated for a URI if the client subscribed to it, and tells how many were sent.")]
    public async Task<string> TouchResourceAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("URI of the resource, known to this server or not.")] string uri,
        CancellationToken cancellationToken)
    {
        var sent = 0;
        if (!request.IsModern() && subscriptions.Contains(uri))
        {
            await request.Server.SendNotificationAsync(
                NotificationMethods.ResourceUpdatedNotification,
                new ResourceUpdatedNotificationParams { Uri = uri },
                cancellationToken: cancellationToken);
            sent++;
        }

        foreach (var stream in subscriptions.Streams(filter => filter.ResourceSubscriptions?.Contains(uri) is true))
        {
            await stream.SendAsync(
                NotificationMethods.ResourceUpdatedNotification, new JsonObject { ["uri"] = uri }, cancellationToken);
            sent++;
        }

        return $"Sent {sent} notifications.";
    }

    [McpServerTool(Name = "change_lists")]
    [Description("Sends list_changed for tools, prompts and resources (the lists stay as they are), and tells how many were sent.")]
    public async Task<string> ChangeListsAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var sent = 0;
        foreach (var (method, isWanted) in Lists)
        {
            if (!request.IsModern())
            {
                await request.Server.SendNotificationAsync(method, cancellationToken);
                sent++;
            }

            foreach (var stream in subscriptions.Streams(isWanted))
            {
                await stream.SendAsync(method, [], cancellationToken);
                sent++;
            }
        }

        return $"Sent {sent} notifications.";
    }
}
