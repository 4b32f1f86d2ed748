using System.Net;
using McpProxy.Bridge.Authorization;
using McpProxy.Bridge.Configuration;
using McpProxy.OAuthServer;

namespace McpProxy.Bridge.Tests.Authorization;

/// <summary>Logging in, staying logged in, and not being able to (MCP 2025-11-25, basic/authorization).</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"mcp-proxy-login-{Guid.NewGuid():N}");
    private ProtectedServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ProtectedServer.StartAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Call_WithoutAToken_LogsInOnceAndIsCarriedOutOnce()
    {
        await using var client = Client();

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));
        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));

        Assert.Equal((1, 1, 2), (_server.Logins, _server.Registrations, _server.Calls));
        Assert.Contains("logged in", await client.Page, StringComparison.Ordinal);
        Assert.Equal($"OAuth ({_server.Root.GetLeftPart(UriPartial.Authority)})", client.Handler.Used);
        Assert.Contains(client.Logger.Lines, line => line.StartsWith("Log in to 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_OfAGet_LogsInAsWell()
    {
        await using var client = Client();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, await client.CallAsync(Token, HttpMethod.Get));

        Assert.Equal(1, _server.Logins);
    }

    [Fact]
    public async Task Calls_AtOnce_LogInOnce()
    {
        await using var client = Client();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.CallAsync(Token)));

        Assert.Equal((1, 20), (_server.Logins, _server.Calls));
    }

    // mcp-remote#306 and its kin: hosts start two to five instances, and each opened a browser.
    [Fact]
    public async Task Bridges_AtOnce_LogInOnce()
    {
        var clients = Enumerable.Range(0, 5).Select(_ => Client()).ToList();

        var statuses = await Task.WhenAll(clients.Select(client => client.CallAsync(Token)));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal((1, 1, 1), (_server.Logins, _server.Registrations, clients.Sum(client => client.Opened)));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Bridges_AtOnceWithAnExpiredToken_RefreshOnce()
    {
        await LogInAsync();
        _server.RevokeAccess();
        var clients = Enumerable.Range(0, 5).Select(_ => Client()).ToList();

        var statuses = await Task.WhenAll(clients.Select(client => client.CallAsync(Token)));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal((1, 1, 1), (_server.Logins, _server.Registrations, _server.Refreshes));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Bridges_AtOnceWhoseUserRefuses_AskOnce()
    {
        _server.Faults = OAuthFaults.AccessDenied;
        var clients = Enumerable.Range(0, 3).Select(_ => Client()).ToList();

        // The user refuses when all have come: one that came later would rightly ask again.
        var others = clients.Count - 1;
        var othersCame = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var client in clients)
        {
            client.Decision = () => othersCame.Task.WaitAsync(Token);
            client.Logger.Logged = line =>
            {
                if (line.StartsWith("Another process is logging in", StringComparison.Ordinal) && Interlocked.Decrement(ref others) == 0)
                {
                    othersCame.SetResult();
                }
            };
        }

        var failures = await Task.WhenAll(clients.Select(client => Assert.ThrowsAsync<AuthorizationException>(() => client.CallAsync(Token))));

        Assert.All(failures, failure => Assert.Contains("The user said no", failure.Message, StringComparison.Ordinal));
        Assert.Equal(1, _server.Logins);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Login_RefusedOnce_CanBeTriedAgain()
    {
        await using var client = Client();
        _server.Faults = OAuthFaults.AccessDenied;
        await Assert.ThrowsAsync<AuthorizationException>(() => client.CallAsync(Token));
        _server.Faults = OAuthFaults.None;

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));
    }

    [Fact]
    public async Task Token_FromAnEarlierRun_NeedsNoLogin()
    {
        await LogInAsync();
        await using var client = Client();

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));

        Assert.Equal((1, 1), (_server.Logins, _server.Registrations));
    }

    [Fact]
    public async Task Token_ThatHasExpired_IsRefreshed()
    {
        _server.Lifetime = TimeSpan.Zero;
        await LogInAsync();
        _server.Lifetime = TimeSpan.FromHours(1);
        await using var client = Client();

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));

        Assert.Equal((1, 1, 1), (_server.Logins, _server.Registrations, _server.Refreshes));
    }

    [Fact]
    public async Task RefreshToken_ThatIsRevoked_MeansANewLogin()
    {
        await LogInAsync();
        _server.RevokeAccess();
        _server.RevokeRefresh();
        await using var client = Client();

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));

        Assert.Equal((2, 1, 0), (_server.Logins, _server.Registrations, _server.Refreshes));
    }

    [Fact]
    public async Task Files_AreTheirOwnersOnly()
    {
        await LogInAsync();

        Assert.Single(Directory.GetFiles(_folder, "*.json"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
            foreach (var file in Directory.GetFiles(_folder))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task File_ThatIsBroken_CountsAsAbsent()
    {
        await LogInAsync();
        await File.WriteAllTextAsync(Directory.GetFiles(_folder, "*.json").Single(), "{broken", Token);
        await using var client = Client();

        Assert.Equal(HttpStatusCode.OK, await client.CallAsync(Token));

        Assert.Equal(2, _server.Logins);
        Assert.Contains(client.Logger.Lines, line => line.Contains("cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_IsSentToItsServerOnly()
    {
        await using var other = await ProtectedServer.StartAsync(Token);
        await using var client = Client();
        await client.CallAsync(Token);

        Assert.Equal(HttpStatusCode.Unauthorized, await client.CallAsync(Token, address: other.Mcp));

        Assert.Equal(0, other.Logins);
    }

    [Fact]
    public async Task Header_OfTheUsers_IsLeftAlone()
    {
        await using var client = Client();

        Assert.Equal(HttpStatusCode.Unauthorized, await client.CallAsync(Token, authorization: "Bearer mine"));

        Assert.Equal((0, 0, "Authorization header"), (_server.Logins, client.Opened, client.Handler.Used));
    }

    [Theory]
    [InlineData(OAuthFaults.WrongIssuer, "issuer")]
    [InlineData(OAuthFaults.NoPkce, "PKCE")]
    [InlineData(OAuthFaults.NoRegistration, "registration")]
    [InlineData(OAuthFaults.TokenError, "500")]
    [InlineData(OAuthFaults.TokenGarbage, "failed")]
    public async Task Server_ThatIsWrong_IsAClearErrorWithoutSecrets(OAuthFaults faults, string text)
    {
        _server.Faults = faults;
        await using var client = Client();

        var failure = await Assert.ThrowsAsync<AuthorizationException>(() => client.CallAsync(Token));

        Assert.Contains(text, failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("-H Authorization", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.Calls);
    }

    [Fact]
    public async Task Login_WithAForeignState_IsNotTaken()
    {
        _server.Faults = OAuthFaults.WrongState;
        await using var client = Client(options => options with { LoginTimeout = TimeSpan.FromMilliseconds(1) });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var call = client.CallAsync(patience.Token);
        while (!client.Page.IsFaulted)
        {
            await Task.Delay(20, Token);
        }

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal((1, 0), (_server.Logins, _server.Issued.Count));
    }

    [Fact]
    public async Task Log_HoldsNoToken()
    {
        await using var client = Client();
        await client.CallAsync(Token);

        var log = string.Join('\n', client.Logger.Lines);
        Assert.All(_server.Issued, token => Assert.DoesNotContain(token, log, StringComparison.Ordinal));
    }

    private AuthorizedClient Client(Func<BridgeOptions, BridgeOptions>? configure = null) => new(_server, _folder, configure);

    private async Task LogInAsync()
    {
        await using var client = Client();
        await client.CallAsync(Token);
    }
}
