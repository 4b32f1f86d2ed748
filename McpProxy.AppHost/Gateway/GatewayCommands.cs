using McpProxy.AppHost.Model;
using Microsoft.Extensions.DependencyInjection;

namespace McpProxy.AppHost.Gateway;

/// <summary>What an operator can do with a gateway from the dashboard.</summary>
internal static class GatewayCommands
{
    /// <summary>Adds "Show sessions".</summary>
    public static IResourceBuilder<ProjectResource> WithSessionsCommand(this IResourceBuilder<ProjectResource> gateway) =>
        gateway.WithCommand(
            "sessions",
            "Show sessions",
            context => RunAsync(gateway, context, (client, cancellationToken) => client.ListSessionsAsync(cancellationToken)),
            new CommandOptions { IconName = "PeopleList", UpdateState = WhileRunning, Description = "Lists the clients that are connected." });

    /// <summary>Adds "Restart backend NAME".</summary>
    public static IResourceBuilder<ProjectResource> WithRestartCommand(this IResourceBuilder<ProjectResource> gateway, string backend) =>
        gateway.WithCommand(
            $"restart-{backend}",
            $"Restart backend {backend}",
            context => RunAsync(gateway, context, (client, cancellationToken) => client.RestartAsync(backend, cancellationToken)),
            new CommandOptions
            {
                IconName = "ArrowClockwise",
                UpdateState = WhileRunning,
                Description = $"Starts the backend {backend} again; sessions stay.",
                ConfirmationMessage = $"Calls that {backend} has not answered will fail. Restart it?",
            });

    private static ResourceCommandState WhileRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static async Task<ExecuteCommandResult> RunAsync(
        IResourceBuilder<ProjectResource> gateway, ExecuteCommandContext context, Func<OperatorClient, CancellationToken, Task<OperatorAnswer>> ask)
    {
        var address = await gateway.GetGatewayEndpoint().GetValueAsync(context.CancellationToken);
        var key = await gateway.Resource.Annotations.OfType<OperatorKeyAnnotation>().Single().Key.GetValueAsync(context.CancellationToken);
        if (address is null || key is null)
        {
            return CommandResults.Failure("The gateway has no address or no operator key yet.");
        }

        using var http = context.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        return await ask(new OperatorClient(http, new Uri(address), key), context.CancellationToken) switch
        {
            { Succeeded: false } answer => CommandResults.Failure(answer.Message),
            { Details: { } details } answer => CommandResults.Success(answer.Message, details, CommandResultFormat.Markdown, displayImmediately: true),
            var answer => CommandResults.Success(answer.Message),
        };
    }
}
