using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Tests;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>
/// Who waits for an answer goes on on the thread that brings it, when that is one of the runtime's sockets, once all that came with it is
/// delivered; and elsewhere, when it is one of the pool.
/// </summary>
public sealed class ConnectionThreadTests : IAsyncLifetime
{
    private const int Requests = 5;

    private readonly MessagePool _pool = new();
    private readonly ManualClock _clock = new();
    private readonly FedTransport _transport = new();
    private readonly Owner _owner = new();
    private readonly Connection _connection;
    private readonly List<BufferedExchange> _exchanges = [];

    public ConnectionThreadTests() => _connection = new Connection(_transport, _owner, isShared: false, new Party(Attributes.Pipe, "t"), _pool, _clock);

    public async ValueTask InitializeAsync()
    {
        for (var id = 0; id < Requests; id++)
        {
            var request = _pool.Parse(Rpc.Call("t", id: $"{id}"));
            _exchanges.Add(new BufferedExchange(null, request));
            await _connection.SendRequestAsync(request, _exchanges[id], CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync()
    {
        Assert.Equal(0, _pool.Outstanding);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task RunAsync_SeveralAnswersAtOnce_AreDeliveredBeforeAnybodyGoesOn()
    {
        var seen = await OwnThread.RunAsync(() =>
        {
            var waiting = Run();
            _transport.Bring([.. Enumerable.Range(0, Requests).Select(Answer)]);
            return waiting.ConvertAll(Outcome);
        });

        Assert.All(seen, one => Assert.Equal((true, Requests), one));
    }

    [Fact]
    public async Task RunAsync_AnswersOneAfterTheOther_GoOnAtOnce()
    {
        var seen = await OwnThread.RunAsync(() =>
        {
            var waiting = Run();
            return waiting.Select((one, id) =>
            {
                _transport.Bring(Answer(id));
                return Outcome(one);
            }).ToList();
        });

        Assert.Equal(Enumerable.Range(1, Requests).Select(completed => (true, completed)), seen);
    }

    [Fact]
    public async Task RunAsync_TransportEndsAfterTheAnswers_EverybodyGoesOn()
    {
        var (end, seen) = await OwnThread.RunAsync(() =>
        {
            var running = _connection.RunAsync();
            var waiting = _exchanges.Select(WaitAsync).ToList();
            _transport.Bring([.. Enumerable.Range(0, Requests).Select(Answer), FedTransport.Ended]);
            return (running, waiting.ConvertAll(Outcome));
        });

        Assert.Equal(EndReason.PeerClosed, await Wait.ForAsync(end, "the connection has ended"));
        Assert.All(seen, one => Assert.Equal((true, Requests), one));
    }

    [Fact]
    public async Task RunAsync_WhatIsNoMessageBetweenAnswers_EverybodyGoesOn()
    {
        var waiting = await OwnThread.RunAsync(() =>
        {
            var waiting = Run();
            var unreadable = new Received(null, ScanFault.TooLarge, JsonToken.From(2), EndReason.None) { IsAnswer = true };
            _transport.Bring(Answer(0), Answer(1), unreadable, Answer(3), Answer(4));
            return waiting;
        });

        await Wait.ForAsync(Task.WhenAll(waiting), "all of them go on");
    }

    /// <summary>There may be a thousand of them, for a thousand clients.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_WhatIsNoAnswer_GoesToThePool(bool isMessage)
    {
        var running = await OwnThread.RunAsync(() =>
        {
            var running = _connection.RunAsync();
            _transport.Bring(isMessage ? FedTransport.Of(_pool.Parse(Rpc.Notification("notifications/own"))) : new Received(null, ScanFault.TooLarge, default, EndReason.None));
            return running;
        });

        Assert.True(await Wait.ForAsync(_owner.HasHeardOnPool, "the owner has heard of it"));
        _transport.Bring(FedTransport.Ended);
        await Wait.ForAsync(running, "the connection has ended");
    }

    /// <summary>The reader of the stream is one of those that are to go on: nobody else makes room.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_StreamIsFull_EverybodyGoesOn(bool isOnPool)
    {
        const int Steps = 20;
        var streams = new EventStreams(new StreamLimits(QueueBytes: 200, ReplayEvents: 0, ReplayBytes: 0), _pool, TimeProvider.System);
        var stream = streams.Open();
        var request = _pool.Parse(Rpc.Call("t", id: "\"s\"", token: "\"p\""));
        await _connection.SendRequestAsync(request, new StreamExchange(null!, request, streams, stream), CancellationToken.None);
        var progress = Enumerable.Range(0, Steps).Select(_ => FedTransport.Of(_pool.Parse(Rpc.Notification("notifications/progress", """{"progressToken":"p","progress":1}"""))));

        var (waiting, reading) = await (isOnPool ? Task.Run(Bring, TestContext.Current.CancellationToken) : OwnThread.RunAsync(Bring));

        await Wait.ForAsync(Task.WhenAll(waiting), "those that wait for an answer go on");
        Assert.Equal(Steps + 1, await Wait.ForAsync(reading, "the reader goes on"));

        (List<Task<(Thread Thread, int Completed)>> Waiting, Task<int> Reading) Bring()
        {
            var (waiting, reading) = (Run(), ReadAsync(streams.Attach(stream, static () => { })));
            _transport.Bring([.. Enumerable.Range(0, Requests).Select(Answer), .. progress, FedTransport.Of(_pool.Parse(Rpc.Result("\"s\"")))]);
            return (waiting, reading);
        }
    }

    [Fact]
    public async Task RunAsync_OnThePool_NobodyGoesOnWithinIt()
    {
        var (thread, waiting) = await Task.Run(
            () =>
            {
                var waiting = Run().ToArray();
                _transport.Bring([.. Enumerable.Range(0, Requests).Select(Answer)]);
                Task.WaitAll(waiting, TestContext.Current.CancellationToken); // As long as this thread is busy, nobody else can go on on it.
                return (Thread.CurrentThread, waiting);
            },
            TestContext.Current.CancellationToken);

        Assert.All(await Task.WhenAll(waiting), one => Assert.NotSame(thread, one.Thread));
    }

    /// <summary>The pool's threads look for the next call, but not for long.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task RunAsync_CallsThatAreAlone_GoOnOnThePoolWhenTheyComeInQuickSuccession(int milliseconds, bool isHere)
    {
        var here = await OwnThread.RunAsync(() =>
        {
            Run();
            _transport.Bring([.. Enumerable.Range(0, Requests).Select(Answer)]);
            return Enumerable.Range(Requests, 20).Select(id => Call(id)).ToList();
        });

        Assert.Equal([.. Enumerable.Repeat(true, 6), .. Enumerable.Repeat(isHere, 14)], here); // The last of those before was alone, too.

        bool Call(int id)
        {
            var request = _pool.Parse(Rpc.Call("t", id: $"{id}"));
            var exchange = new BufferedExchange(null, request);
            Assert.True(_connection.TrySendRequestAsync(request, exchange, CancellationToken.None).AsTask().IsCompletedSuccessfully);
            var waiting = WaitAsync(exchange);
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            _transport.Bring(Answer(id));
            var isHere = Outcome(waiting).IsHere;
            Task.WaitAny([waiting], TestContext.Current.CancellationToken);
            return isHere;
        }
    }

    /// <summary>Runs the connection, and waits for the answers of all requests.</summary>
    private List<Task<(Thread Thread, int Completed)>> Run()
    {
        _ = _connection.RunAsync(); // Discarded: it waits for more when the test is over.
        return _exchanges.ConvertAll(WaitAsync);
    }

    /// <summary>Waits for the answer.</summary>
    /// <returns>The thread that it came on, and how many of the requests had ended then.</returns>
    private async Task<(Thread Thread, int Completed)> WaitAsync(BufferedExchange exchange)
    {
        using var answer = await exchange.WaitAsync(CancellationToken.None);
        return (Thread.CurrentThread, _exchanges.Count(one => one.IsCompleted));
    }

    /// <summary>Whether a waiter has gone on on this thread, and how many of the requests had ended then.</summary>
    private static (bool IsHere, int Completed) Outcome(Task<(Thread Thread, int Completed)> waiting) =>
        waiting.IsCompletedSuccessfully ? (waiting.Result.Thread == Thread.CurrentThread, waiting.Result.Completed) : default;

    /// <summary>Reads a stream to its end.</summary>
    /// <returns>How many events it had.</returns>
    private static async Task<int> ReadAsync(EventReader reader)
    {
        var events = 0;
        while (!reader.IsAtEnd)
        {
            await reader.WaitAsync();
            while (reader.TryTake() is not null)
            {
                events++;
            }

            reader.Commit();
        }

        reader.Detach();
        return events;
    }

    private Received Answer(int id) => FedTransport.Of(_pool.Parse(Rpc.Result($"{id}")));

    /// <summary>Hears of what is no answer.</summary>
    private sealed class Owner : IConnectionOwner
    {
        private readonly TaskCompletionSource<bool> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether that was on a thread of the pool.</summary>
        public Task<bool> HasHeardOnPool => _heard.Task;

        /// <inheritdoc/>
        public ValueTask OnMessageAsync(Connection connection, Message message)
        {
            message.Dispose();
            Hear();
            return ValueTask.CompletedTask;
        }

        /// <inheritdoc/>
        public ValueTask<Message> OnTasksAsync(Exchange exchange, Message response) => throw new NotSupportedException();

        /// <inheritdoc/>
        public void OnUnanswered(Exchange exchange, ProxyFault fault) => throw new NotSupportedException();

        /// <inheritdoc/>
        public void OnFault(ScanFault fault)
        {
            Assert.Equal(ScanFault.TooLarge, fault);
            Hear();
        }

        private void Hear() => _heard.TrySetResult(Thread.CurrentThread.IsThreadPoolThread);
    }
}
