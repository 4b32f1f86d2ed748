using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.Security;

public sealed class CallerPolicyTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", null, "container", false)]
    [InlineData("http://[::1]:8080", null, "container", false)]
    [InlineData("http://localhost:8080", null, "container", false)]
    [InlineData("http://0.0.0.0:8080", null, "container", true)]
    [InlineData("http://[::]:8080", null, "container", true)]
    [InlineData("http://10.0.0.1:8080", null, "container", true)]
    [InlineData("http://[::]:8080", "container", "container", true)]
    [InlineData("http://[::]:8080", "container", "localhost", true)]
    [InlineData("http://[::]:8080", "container", "other", false)]
    [InlineData("http://127.0.0.1:8080", "*", "other", true)]
    [InlineData("http://127.0.0.1:8080", "container:99", "container:99", true)]
    [InlineData("http://127.0.0.1:8080", "container:99", "container:98", false)]
    public void AllowsHost_DependsOnWhereItListensAndOnTheList(string address, string? allowed, string host, bool isAllowed)
    {
        var policy = new CallerPolicy(Options.Create(new GatewayOptions { AllowHost = allowed is null ? [] : [allowed] }), new Server(address));

        Assert.Equal(isAllowed, policy.AllowsHost(new HostString(host)));
    }

    private sealed class Server : IServer
    {
        public Server(string address)
        {
            var addresses = new ServerAddressesFeature();
            addresses.Addresses.Add(address);
            Features.Set<IServerAddressesFeature>(addresses);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
