using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ModelContextProtocol.Client;

namespace McpProxy.AppHost.Tests;

/// <summary>The application, started once for all tests of a class, with a healthy gateway.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private DistributedApplication? _app;

    private DistributedApplication App => _app ?? throw new InvalidOperationException("It was not started.");

    public async ValueTask InitializeAsync()
    {
        using var limit = Limit();
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.McpProxy_AppHost>(limit.Token);
        _app = await builder.BuildAsync(limit.Token);
        await _app.StartAsync(limit.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("gateway", limit.Token);
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Waits until a resource has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int?> WaitForExitAsync(string resource)
    {
        using var limit = Limit();
        var end = await App.ResourceNotifications.WaitForResourceAsync(resource, happening => happening.Snapshot.ExitCode is not null, limit.Token);
        return end.Snapshot.ExitCode;
    }

    /// <summary>Runs a command as the dashboard does.</summary>
    public async Task<ExecuteCommandResult> RunAsync(string resource, string command)
    {
        using var limit = Limit();
        return await App.ResourceCommands.ExecuteCommandAsync(resource, command, limit.Token);
    }

    /// <summary>Connects a client to the gateway.</summary>
    public async Task<McpClient> ConnectAsync(string path, HttpTransportMode mode)
    {
        using var limit = Limit();
        var transport = new HttpClientTransport(new() { Endpoint = new Uri(App.GetEndpoint("gateway", "http"), path), TransportMode = mode });
        return await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = "2025-11-25" }, cancellationToken: limit.Token);
    }

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }
}
