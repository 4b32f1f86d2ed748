using System.Net;
using System.Net.Http.Headers;
using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Tests.Remote;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>A remote server that answers with anything: each request is answered once all the same, nothing is left, nothing is called a defect.</summary>
public sealed class RemoteFuzzTests
{
    private const int Calls = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline * 2)]
    [InlineData(RemoteKind.StreamableHttp)]
    [InlineData(RemoteKind.HttpSse)]
    [InlineData(RemoteKind.Auto)]
    public Task Messages_AnyBytes_EachRequestIsAnsweredOnce(RemoteKind kind) => Seeds.CheckAsync(
        Fuzz.Count(150), generator => CheckAsync(kind, new RedirectHandler(new BabblingServer(generator)), new Uri("http://server.example/mcp")));

    [Theory(Timeout = Eventually.Deadline * 2)]
    [InlineData(RemoteKind.StreamableHttp)]
    [InlineData(RemoteKind.HttpSse)]
    [InlineData(RemoteKind.Auto)]
    public Task Responses_AnyBytes_EachRequestIsAnsweredOnce(RemoteKind kind) => Seeds.CheckAsync(Fuzz.Count(40), async generator =>
    {
        await using var server = new RawServer(generator);
        await CheckAsync(kind, RemoteHttp.Create(new RemoteHttpOptions()), server.Endpoint);
    });

    private static async Task CheckAsync(RemoteKind kind, HttpMessageHandler handler, Uri endpoint)
    {
        var pool = new MessagePool();
        var logger = new ErrorLog();
        using var http = new HttpMessageInvoker(handler);
        var options = new RemoteOptions { Endpoint = endpoint, Kind = kind, MaxMessageBytes = 4096 };
        await using var transport = new RemoteTransport(options, http, pool, new HastyTimeProvider(), logger);
        var receiving = ReceiveAsync(transport);

        HashSet<string> sent = [];
        for (var id = 0; id < Calls; id++)
        {
            var message = MessageReader.Read(pool, Encoding.UTF8.GetBytes(RemoteFixture.Request($"{id}", id == 0 ? "initialize" : "tools/list"))).Single!;
            if (await transport.SendAsync(message, isRetry: false, Token))
            {
                sent.Add($"{id}");
                continue;
            }

            message.Dispose();
        }

        await Eventually.TrueAsync(() => transport.InFlight == 0 || transport.Ended is not null, Token);
        await transport.DisposeAsync();
        var answers = await receiving;
        foreach (var message in transport.TakeUnsent())
        {
            answers.Add(message.Outgoing(message.Envelope.Id).ToString());
            message.Dispose();
        }

        Assert.Equal(sent.Order(), answers.Where(sent.Contains).Order());
        Assert.True(logger.Errors.Count == 0, string.Join(Environment.NewLine, logger.Errors));
        await Eventually.TrueAsync(() => pool.Outstanding == 0, Token);
    }

    private static async Task<List<string>> ReceiveAsync(RemoteTransport transport)
    {
        List<string> answers = [];
        while (await transport.ReceiveAsync(Token) is { End: EndReason.None } received)
        {
            using var message = received.Message;
            if (message?.Envelope.Kind == MessageKind.Response)
            {
                answers.Add(message.Id.ToString());
            }
        }

        return answers;
    }

    /// <summary>Answers with events or bodies of any bytes, some of which are what was asked for.</summary>
    private sealed class BabblingServer(JsonGenerator generator) : HttpMessageHandler
    {
        private static readonly string[] Types = ["text/event-stream", "text/event-stream", "application/json", "text/event-stream; charset=utf-16", "text/html", "application/json; x"];

        private static readonly string[] Headers = ["Mcp-Session-Id", "Location", "WWW-Authenticate", "Retry-After", "Content-Encoding"];

        private static readonly string[] Values = ["", "s", "é", "\u0001", "http://", "/mcp", "-1", "99999999999", "Bearer x=\"", new string('x', 3000)];

        private readonly Lock _gate = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var seen = await ServerRequest.ReadAsync(request, cancellationToken);
            lock (_gate)
            {
                return Answer(seen);
            }
        }

        private HttpResponseMessage Answer(ServerRequest request)
        {
            var id = MessageId(request);
            var response = new HttpResponseMessage(generator.Next(4) > 0 ? HttpStatusCode.OK : (HttpStatusCode)generator.Pick<int>([100, 202, 204, 206, 301, 307, 400, 404, 405, 418, 429, 500, 503, 599]))
            {
                Content = new ByteArrayContent(Body(id)),
            };
            response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(generator.Pick(Types));
            for (var more = generator.Next(3); more > 0; more--)
            {
                response.Headers.TryAddWithoutValidation(generator.Pick(Headers), generator.Pick(Values));
            }

            return response;
        }

        private byte[] Body(string id) => generator.Next(6) switch
        {
            0 => generator.Mutant(),
            1 => Encoding.UTF8.GetBytes(RemoteFixture.Result(id)),
            2 => [],
            _ => new SseGenerator(generator).Body(RemoteFixture.Result(id), RemoteFixture.Result(id), RemoteFixture.Request("7", "roots/list"), """{"jsonrpc":"2.0","method":"n"}""", $"[{RemoteFixture.Result(id)}]"),
        };

        private static string MessageId(ServerRequest request)
        {
            var pool = new MessagePool();
            using var message = MessageReader.Read(pool, request.Bytes).Single;
            return message is null || message.Id.IsNone ? "0" : message.Id.ToString();
        }
    }

    /// <summary>Keeps what was logged as an error.</summary>
    private sealed class ErrorLog : ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _errors = [];

        public IReadOnlyList<string> Errors
        {
            get
            {
                lock (_gate)
                {
                    return [.. _errors];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                lock (_gate)
                {
                    _errors.Add($"{formatter(state, exception)} {exception}");
                }
            }
        }
    }
}
