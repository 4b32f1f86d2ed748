using System.Net;

namespace McpProxy.AppHost.Model.Tests;

public sealed class OperatorClientTests
{
    [Fact]
    public async Task Restart_KnownBackend_SaysWhatHappens()
    {
        using var gateway = new OperatorEndpoint(HttpStatusCode.OK, """{"server":"docs","state":"restarting"}""");

        var answer = await gateway.Client.RestartAsync("docs", TestContext.Current.CancellationToken);

        Assert.Equal(new OperatorAnswer(true, "docs: restarting."), answer);
        Assert.Equal("POST http://gateway.test:8080/operator/servers/docs/restart Bearer the-key", gateway.Asked);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "operator key")]
    [InlineData(HttpStatusCode.NotFound, "no backend of that name")]
    [InlineData(HttpStatusCode.InternalServerError, "HTTP 500")]
    public async Task Restart_Refused_SaysWhy(HttpStatusCode status, string reason)
    {
        using var gateway = new OperatorEndpoint(status, "");

        var answer = await gateway.Client.RestartAsync("docs", TestContext.Current.CancellationToken);

        Assert.False(answer.Succeeded);
        Assert.Contains(reason, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListSessions_None_SaysSo()
    {
        using var gateway = new OperatorEndpoint(HttpStatusCode.OK, """{"sessions":[]}""");

        Assert.Equal(new OperatorAnswer(true, "No session is open."), await gateway.Client.ListSessionsAsync(TestContext.Current.CancellationToken));
        Assert.Equal("GET http://gateway.test:8080/operator/sessions Bearer the-key", gateway.Asked);
    }

    [Fact]
    public async Task ListSessions_Some_AreATable()
    {
        using var gateway = new OperatorEndpoint(HttpStatusCode.OK, """
            {"sessions":[
              {"id":"abcdefgh…","server":"default","transport":"streamable-http","protocolVersion":"2025-11-25","inFlight":2,"idleSeconds":61.5},
              {"id":"ijklmnop…","server":"docs","transport":"sse","inFlight":0,"idleSeconds":1.5,"unknown":true}]}
            """);

        var answer = await gateway.Client.ListSessionsAsync(TestContext.Current.CancellationToken);

        Assert.True(answer.Succeeded);
        Assert.Equal("2 sessions are open.", answer.Message);
        Assert.Equal(
            """
            | session | server | transport | revision | in flight | idle |
            |---|---|---|---|--:|--:|
            | ijklmnop… | docs | sse |  | 0 | 0:00:01 |
            | abcdefgh… | default | streamable-http | 2025-11-25 | 2 | 0:01:01 |

            """,
            answer.Details);
    }

    [Fact]
    public async Task ListSessions_AnswerThatIsNoJson_IsAFailure()
    {
        using var gateway = new OperatorEndpoint(HttpStatusCode.OK, "<html>");

        Assert.False((await gateway.Client.ListSessionsAsync(TestContext.Current.CancellationToken)).Succeeded);
    }

    [Fact]
    public async Task ListSessions_GatewayIsNotThere_IsAFailure()
    {
        using var gateway = new OperatorEndpoint(new HttpRequestException("refused"));

        Assert.Equal(new OperatorAnswer(false, "The gateway cannot be reached."), await gateway.Client.ListSessionsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ListSessions_GatewayIsSilent_IsAFailure()
    {
        using var gateway = new OperatorEndpoint(new TaskCanceledException());

        Assert.Contains("did not answer", (await gateway.Client.ListSessionsAsync(TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListSessions_Cancelled_Throws()
    {
        using var gateway = new OperatorEndpoint(new TaskCanceledException());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.Client.ListSessionsAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Restart_NameThatIsNone_AsksNobody()
    {
        using var gateway = new OperatorEndpoint(HttpStatusCode.OK, "");

        await Assert.ThrowsAsync<ArgumentException>(() => gateway.Client.RestartAsync("../x", TestContext.Current.CancellationToken));
        Assert.Null(gateway.Asked);
    }
}
