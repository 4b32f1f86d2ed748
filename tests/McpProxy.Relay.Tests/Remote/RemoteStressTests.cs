using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>Every request is answered exactly once, or given back, whatever a server does; and nothing is left.</summary>
public sealed class RemoteStressTests
{
    private const int Runs = 60;
    private const int Requests = 120;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline * 2)]
    [InlineData(RemoteKind.StreamableHttp)]
    [InlineData(RemoteKind.HttpSse)]
    [InlineData(RemoteKind.Auto)]
    public Task AnyFault_EveryRequest_IsAnsweredOnceOrGivenBack(RemoteKind kind) => Seeds.CheckAsync(Runs, generator =>
    {
        var gate = new Lock();
        return RunAsync(kind, limit =>
        {
            lock (gate)
            {
                return generator.Next(limit);
            }
        });
    });

    private static async Task RunAsync(RemoteKind kind, Func<int, int> next)
    {
        var pool = new MessagePool();
        using var http = new HttpMessageInvoker(new FaultyServer(next));
        var options = new RemoteOptions { Endpoint = new Uri("http://server.example/mcp"), Kind = kind, MaxMessageBytes = 4096 };
        await using var transport = new RemoteTransport(options, http, pool, new HastyTimeProvider(), NullLogger.Instance);
        var receiving = ReceiveAsync(transport, isLate: next(3) == 0);

        var (sent, cancelled) = await SendAsync(transport, pool, next, disposeAfter: next(3) == 0 ? next(Requests) : Requests);
        await transport.DisposeAsync();
        var answers = await receiving;
        var unsent = transport.TakeUnsent().Select(Take).Where(id => id.Length > 0).ToList();

        Assert.Equal(answers.Count, answers.Distinct().Count());
        Assert.Equal(("answered and given back", ""), ("answered and given back", string.Join(' ', answers.Intersect(unsent))));
        Assert.Equal(("not sent", ""), ("not sent", string.Join(' ', answers.Concat(unsent).Except(sent))));
        Assert.Equal(("not answered", ""), ("not answered", string.Join(' ', sent.Except(answers).Except(unsent).Except(cancelled))));
        Assert.Equal(0, transport.InFlight);
        await Eventually.TrueAsync(() => pool.Outstanding == 0, Token);
    }

    private static async Task<(List<string> Sent, HashSet<string> Cancelled)> SendAsync(
        RemoteTransport transport, MessagePool pool, Func<int, int> next, int disposeAfter)
    {
        var (sent, cancelled) = (new List<string>(), new HashSet<string>());
        for (var i = 0; i < Requests; i++)
        {
            if (i == disposeAfter)
            {
                _ = transport.DisposeAsync().AsTask(); // It throws nothing.
            }

            var id = next(4) == 0 ? $"{i}.0" : $"{i}";
            if (await SendAsync(transport, pool, RemoteFixture.Request(id, i == 0 ? "initialize" : "tools/list")))
            {
                sent.Add(id);
            }

            if (i == 0)
            {
                await SendAsync(transport, pool, RemoteFixture.Initialized);
            }
            else if (next(10) == 0 && sent.Count > 0)
            {
                var victim = sent[next(sent.Count)];
                cancelled.Add(victim);
                await SendAsync(transport, pool, """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":ID}}""".Replace("ID", victim, StringComparison.Ordinal));
            }
        }

        return (sent, cancelled);
    }

    private static async Task<bool> SendAsync(RemoteTransport transport, MessagePool pool, string json)
    {
        var message = MessageReader.Read(pool, Encoding.UTF8.GetBytes(json)).Single!;
        if (await transport.SendAsync(message, isRetry: false, Token))
        {
            return true;
        }

        message.Dispose();
        return false;
    }

    private static string Take(Message message)
    {
        using var owned = message;
        return message.Outgoing(message.Envelope.Id).ToString();
    }

    private static async Task<List<string>> ReceiveAsync(RemoteTransport transport, bool isLate)
    {
        if (isLate)
        {
            await Eventually.TrueAsync(() => transport.Ended is not null, Token); // Until then the server waits.
        }

        List<string> answers = [];
        while (await transport.ReceiveAsync(Token) is { End: EndReason.None } received)
        {
            using var message = received.Message!;
            using var json = JsonDocument.Parse(message.ToArray());
            if (message.Envelope.Kind == MessageKind.Response)
            {
                answers.Add(message.Id.ToString());
            }
        }

        return answers;
    }
}
