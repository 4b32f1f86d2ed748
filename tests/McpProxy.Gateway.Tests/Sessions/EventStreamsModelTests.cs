using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>Whatever comes in whatever order, a stream gives what a plain list of its events would give.</summary>
public sealed class EventStreamsModelTests
{
    private const int Kept = 20;
    private const int Steps = 400;

    private readonly MessagePool _pool = new();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Stream_AfterAnySteps_GivesWhatItShould(int seed)
    {
        var random = new Random(seed);
        var streams = new EventStreams(new StreamLimits(1024 * 1024, Kept, 1024 * 1024), _pool, TimeProvider.System);
        var model = new Model();
        EventReader? reader = null;
        EventReader? superseded = null;

        for (var step = 0; step < Steps; step++)
        {
            var before = reader;
            switch (random.Next(8))
            {
                case 0 or 1:
                    for (var i = random.Next(1, random.Next(2, 3 * Kept)); i > 0; i--)
                    {
                        var isAnswer = random.Next(10) == 0;
                        await streams.AppendAsync(streams.Own, Message(isAnswer), isLast: false);
                        model.Append(isAnswer);
                    }

                    break;
                case 2 or 3 when reader is not null:
                    for (var i = random.Next(3 * Kept); i > 0; i--)
                    {
                        Assert.Equal(model.Take(), reader.TryTake()?.Sequence);
                    }

                    break;
                case 4:
                    reader?.Commit();
                    model.Commit();
                    break;
                case 5:
                    reader = streams.Attach(streams.Own, Ignore);
                    model.Attach();
                    break;
                case 6:
                    var last = random.NextInt64(model.Last - (2 * Kept), model.Last + 2);
                    var resumed = streams.Resume(new SseEventId(0, last), Ignore);
                    Assert.Equal(model.TryResume(last), resumed is not null);
                    reader = resumed ?? reader;
                    break;
                case 7:
                    reader?.Detach();
                    reader = null;
                    model.Detach();
                    break;
            }

            if (before is not null && before != reader)
            {
                superseded?.Detach();
                superseded = before;
            }

            // Whoever carried it before has no part in it any more.
            Assert.Null(superseded?.TryTake());
            if (random.Next(4) == 0)
            {
                superseded?.Commit();
            }
        }

        streams.End();
        reader?.Detach();
        superseded?.Detach();
        Assert.Equal(0, _pool.Outstanding);
    }

    public static IEnumerable<TheoryDataRow<int>> Seeds() => Enumerable.Range(0, 100).Select(static seed => new TheoryDataRow<int>(seed));

    private static void Ignore()
    {
        // No connection is to be cut.
    }

    private Message Message(bool isAnswer) =>
        _pool.Parse(isAnswer ? """{"jsonrpc":"2.0","id":1,"result":{}}""" : """{"jsonrpc":"2.0","method":"notifications/own"}""");

    /// <summary>A stream as lists of sequence numbers.</summary>
    private sealed class Model
    {
        private readonly List<long> _unsent = [];
        private readonly HashSet<long> _answers = [];
        private readonly List<long> _log = [];
        private readonly List<long> _taken = [];
        private Queue<long>? _toTake;

        public long Last { get; private set; }

        public void Append(bool isAnswer)
        {
            _unsent.Add(++Last);
            if (isAnswer)
            {
                _answers.Add(Last);
            }

            _toTake?.Enqueue(Last);
            Trim();
        }

        public long? Take()
        {
            if (!_toTake!.TryDequeue(out var next))
            {
                return null;
            }

            _taken.Add(next);
            return next;
        }

        public void Commit()
        {
            Send(_taken);
            _taken.Clear();
        }

        public void Attach() => Attach([]);

        public bool TryResume(long last)
        {
            var firstKept = _log.Concat(_unsent).FirstOrDefault(Last + 1);
            if (last < 0 || last > Last)
            {
                return false;
            }

            Send(_unsent.Where(sequence => sequence <= last));
            Attach(_log.Where(sequence => sequence > last && sequence >= firstKept));
            return true;
        }

        public void Detach()
        {
            _toTake = null;
            _taken.Clear();
            Trim();
        }

        private void Attach(IEnumerable<long> replay)
        {
            _taken.Clear();
            _toTake = new Queue<long>([.. replay, .. _unsent]);
        }

        private void Send(IEnumerable<long> sequences)
        {
            foreach (var sequence in sequences.ToList())
            {
                if (_unsent.Remove(sequence))
                {
                    _log.Add(sequence);
                }
            }

            _log.RemoveRange(0, Math.Max(0, _log.Count - Kept));
        }

        /// <summary>What nobody reads is bounded, but for answers.</summary>
        private void Trim()
        {
            var notices = _unsent.Where(sequence => !_answers.Contains(sequence)).ToList();
            if (_toTake is null && notices.Count > Kept)
            {
                var dropped = notices.Take(notices.Count - Kept).ToHashSet();
                _unsent.RemoveAll(dropped.Contains);
            }
        }
    }
}
