using System.Net;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>Messages that travel on connections of their own, and are about each other.</summary>
public sealed class OvertakingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(RemoteKind.StreamableHttp)]
    [InlineData(RemoteKind.HttpSse)]
    public async Task Cancel_OfARequestThatIsStillBeingSent_WaitsForIt(RemoteKind kind)
    {
        var pool = new MessagePool();
        var server = new SlowlyTakingServer();
        using var http = new HttpMessageInvoker(server);
        await using var transport = new RemoteTransport(
            new RemoteOptions { Endpoint = new Uri("http://server.example/mcp"), Kind = kind }, http, pool, new ManualTimeProvider(), NullLogger.Instance);
        await SendAsync(transport, pool, RemoteFixture.Initialize);
        Assert.Equal("0", await ReceiveAsync(transport));
        await SendAsync(transport, pool, RemoteFixture.Request("1", "tools/call"));
        await server.CallCame.WaitAsync(Token);

        var cancelling = SendAsync(transport, pool, """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");
        var postsMeanwhile = server.Posts;
        server.TakeCall();
        await cancelling;

        Assert.Equal(2, postsMeanwhile);
        Assert.Equal(["tools/call", "notifications/cancelled"], server.Taken);
        await transport.DisposeAsync();
        await Eventually.TrueAsync(() => pool.Outstanding == 0, Token);
    }

    private static async Task SendAsync(RemoteTransport transport, MessagePool pool, string json) =>
        Assert.True(await transport.SendAsync(MessageReader.Read(pool, System.Text.Encoding.UTF8.GetBytes(json)).Single!, isRetry: false, Token));

    private static async Task<string?> ReceiveAsync(RemoteTransport transport)
    {
        using var message = (await transport.ReceiveAsync(Token)).Message;
        return message?.Id.ToString();
    }

    /// <summary>Takes the body of the second POST only when it is told to, as a slow network does.</summary>
    private sealed class SlowlyTakingServer : HttpMessageHandler
    {
        private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _take = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _gate = new();
        private readonly List<string> _taken = [];
        private readonly ServerStream _own = new ServerStream().Write("event: endpoint\ndata: /messages\n\n");
        private int _posts;

        public Task CallCame => _came.Task;

        public int Posts => Volatile.Read(ref _posts);

        public IReadOnlyList<string> Taken
        {
            get
            {
                lock (_gate)
                {
                    return [.. _taken];
                }
            }
        }

        public void TakeCall() => _take.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var post = request.Method == HttpMethod.Post ? Interlocked.Increment(ref _posts) : 0;
            await Task.Yield();
            if (request.Method == HttpMethod.Get)
            {
                return _own.Response;
            }

            if (request.Method == HttpMethod.Delete)
            {
                return ScriptedServer.Status(HttpStatusCode.OK);
            }

            switch (post)
            {
                case 1 when request.RequestUri!.AbsolutePath == "/messages":
                    await ServerRequest.ReadAsync(request, cancellationToken);
                    _own.Event(RemoteFixture.Result("0"));
                    return ScriptedServer.Status(HttpStatusCode.Accepted);
                case 1:
                    await ServerRequest.ReadAsync(request, cancellationToken);
                    var response = ScriptedServer.Json(RemoteFixture.Result("0"));
                    response.Headers.Add("Mcp-Session-Id", "s");
                    return response;
                case 2:
                    _came.SetResult();
                    await _take.Task.WaitAsync(cancellationToken);
                    break;
            }

            var seen = await ServerRequest.ReadAsync(request, cancellationToken);
            lock (_gate)
            {
                _taken.Add(seen.Posts("tools/call") ? "tools/call" : "notifications/cancelled");
            }

            return seen.Posts("tools/call") ? new ServerStream().Response : ScriptedServer.Status(HttpStatusCode.Accepted);
        }
    }
}
