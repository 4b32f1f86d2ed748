using System.Net;
using McpProxy.Bridge.Authorization;
using McpProxy.Bridge.Configuration;
using McpProxy.OAuthServer;

namespace McpProxy.Bridge.Tests.Authorization;

/// <summary>Tokens for a program without a person (RFC 6749, section 4.4).</summary>
public sealed class ClientCredentialsTests : IAsyncLifetime
{
    private ProtectedServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ProtectedServer.StartAsync(Token);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(OAuthFaults.None)]
    [InlineData(OAuthFaults.FormOnly)]
    public async Task Calls_AtOnce_ShareOneToken(OAuthFaults faults)
    {
        _server.Faults = faults;
        await using var client = Client("s3cret");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.CallAsync(Token)));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal((1, 0, 20), (_server.Grants, _server.Logins, _server.Calls));
        Assert.Equal("client credentials", client.Handler.Used);
    }

    [Fact]
    public async Task Token_ThatIsRevoked_IsRenewedOnce()
    {
        await using var client = Client("s3cret");
        await client.CallAsync(Token);
        _server.RevokeAccess();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.CallAsync(Token)));

        Assert.Equal((2, 6), (_server.Grants, _server.Calls));
    }

    [Fact]
    public async Task Token_ThatExpires_IsRenewedBefore()
    {
        _server.Lifetime = TimeSpan.Zero;
        await using var client = Client("s3cret");

        await client.CallAsync(Token);
        await client.CallAsync(Token);

        Assert.Equal((2, 2), (_server.Grants, _server.Calls));
    }

    [Fact]
    public async Task Scope_IsAskedFor()
    {
        _server.WantedScope = "read write";
        await using var client = Client("s3cret", "read", "write");

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));
    }

    [Fact]
    public async Task Secret_ThatIsWrong_IsAClearErrorWithoutIt()
    {
        await using var client = Client("wr0ng");

        var failure = await Assert.ThrowsAsync<AuthorizationException>(() => client.CallAsync(Token));

        Assert.Contains("invalid_client", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--client-secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenEndpoint_ThatSpeaksNoJson_IsAClearError()
    {
        _server.Faults = OAuthFaults.TokenGarbage;
        await using var client = Client("s3cret");

        Assert.Contains("--token-url", (await Assert.ThrowsAsync<AuthorizationException>(() => client.CallAsync(Token))).Message, StringComparison.Ordinal);
    }

    private AuthorizedClient Client(string secret, params string[] scopes) => new(
        _server, Path.GetTempPath(), options => options with { ClientCredentials = new ClientCredentials("id", secret, _server.Token), Scopes = scopes });
}
