using System.Text;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.StreamableHttp;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests;

/// <summary>What takes long leaves the thread that it came in on, which others wait for; what does not stays there.</summary>
public sealed class LongWorkTests : GatewayTest
{
    private const int Short = 60 * 1024;
    private const int Long = 100 * 1024;
    private const int Flood = 1000;

    private readonly MessagePool _pool = new();
    private readonly DefaultHttpContext _context = new();

    [Theory]
    [InlineData(Short, false)]
    [InlineData(Long, true)]
    public async Task Answer_Json_LeavesTheThreadWhenItIsLong(int length, bool isOnPool)
    {
        using var message = _pool.Parse(Json(length));
        using var body = new ThreadStream();
        _context.Response.Body = body;

        await RespondAsync(() => MessageResponse.WriteAsync(_context, message));

        Assert.Equal(isOnPool, body.IsOnPool);
    }

    [Theory]
    [InlineData(1, Short, false)]
    [InlineData(1, Long, true)]
    [InlineData(3, Short, true)]
    public async Task Answer_Events_LeaveTheThreadWhenTheyAreLong(int count, int length, bool isOnPool)
    {
        var streams = new EventStreams(new StreamLimits(QueueBytes: 1_000_000, ReplayEvents: 0, ReplayBytes: 0), _pool, TimeProvider.System);
        var stream = streams.Open();
        var reader = streams.Attach(stream, () => { });
        for (var i = 1; i <= count; i++)
        {
            await streams.AppendAsync(stream, _pool.Parse(Json(length)), isLast: i == count);
        }

        using var openStreams = new OpenStreams(Options.Create(new GatewayOptions()), TimeProvider.System);
        using var body = new ThreadStream();
        _context.Response.Body = body;

        await RespondAsync(() => new SseResponse(_context, reader, openStreams, TimeProvider.System).RunAsync());

        Assert.Equal(isOnPool, body.IsOnPool);
        streams.End();
    }

    [Theory]
    [InlineData(Short, false)]
    [InlineData(Long, true)]
    public async Task Body_LeavesTheThreadWhenItIsLong(int length, bool isOnPool)
    {
        using var body = new ThreadStream(Json(length));
        _context.Request.Body = body;

        await RunAsync(async () =>
        {
            var (parsed, fault) = await RequestBody.ReadAsync(_context, _pool, maxBytes: 2 * Long);
            Assert.Null(fault);
            parsed.Discard();
        });

        Assert.Equal(isOnPool, body.IsOnPool);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_LeavesTheThreadWhenItIsABatch(bool isBatch)
    {
        var host = await StartAsync(FaultServer.Shared());
        var handler = host.Services.GetRequiredService<PostHandler>();
        _context.RequestServices = host.Services;
        _context.Request.ContentType = "application/json";
        _context.Request.Headers.Accept = "application/json, text/event-stream";
        _context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(isBatch ? $"[{Json(0)}]" : Json(0)));
        var response = new ThreadResponse();
        _context.Features.Set<IHttpResponseFeature>(response);

        await RunAsync(() => handler.HandleAsync(_context));

        Assert.Equal((StatusCodes.Status400BadRequest, isBatch), (response.StatusCode, response.IsOnPool)); // It has no session.
    }

    [Theory]
    [InlineData(true, 1, false)]
    [InlineData(false, 1, true)]
    [InlineData(true, Flood, true)]
    public async Task Request_LeavesTheThreadWhenItsEndpointIsNotQuickOrManyCome(bool isQuick, int requests, bool isOnPool)
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        var isLastOnPool = false;
        app.UsePoolThreads();
        app.Run(_ =>
        {
            isLastOnPool = Thread.CurrentThread.IsThreadPoolThread;
            return Task.CompletedTask;
        });
        var pipeline = app.Build();
        _context.SetEndpoint(new Endpoint(null, isQuick ? new EndpointMetadataCollection(new QuickEndpoint()) : null, null));

        await RunAsync(() => Task.WhenAll(Enumerable.Range(0, requests).Select(_ => pipeline(_context)).ToArray()));

        Assert.Equal(isOnPool, isLastOnPool);
    }

    [Fact]
    public async Task Stderr_LeavesTheThread()
    {
        using var stderr = new ThreadStream("one\ntwo\n");
        var history = new StderrHistory();

        await RunAsync(() => new StderrPump("t", stderr, history, NullLogger.Instance).RunAsync());

        Assert.Equal(["one", "two"], history.Of("t"));
        Assert.True(stderr.IsOnPool);
    }

    private Task RespondAsync(Func<Task> write) => RunAsync(async () =>
    {
        await write();
        await _context.Response.CompleteAsync();
    });

    private static string Json(int length) => Rpc.Request("ping", $$"""{"text":"{{new string('x', length)}}"}""");

    /// <summary>Begins on a thread that is none of the pool's.</summary>
    private static async Task RunAsync(Func<Task> work) => await await OwnThread.RunAsync(work);

    /// <summary>Knows which kind of thread used it last.</summary>
    private sealed class ThreadStream(string content = "") : MemoryStream(Encoding.UTF8.GetBytes(content))
    {
        public bool IsOnPool { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsOnPool = Thread.CurrentThread.IsThreadPoolThread;
            return base.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsOnPool = Thread.CurrentThread.IsThreadPoolThread;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Knows which kind of thread set its status.</summary>
    private sealed class ThreadResponse : HttpResponseFeature, IHttpResponseFeature
    {
        public bool IsOnPool { get; private set; }

        int IHttpResponseFeature.StatusCode
        {
            get => StatusCode;
            set => (StatusCode, IsOnPool) = (value, Thread.CurrentThread.IsThreadPoolThread);
        }
    }
}
