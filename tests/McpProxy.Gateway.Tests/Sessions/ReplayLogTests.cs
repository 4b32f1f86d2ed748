using System.Text;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Tests.Sessions;

public sealed class ReplayLogTests
{
    private readonly MessagePool _pool = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Add_AnySizes_KeepsTheNewestByteForByte(int maxEvents)
    {
        const int MaxBytes = 20_000;
        var random = new Random(maxEvents);
        var log = new ReplayLog(maxEvents, MaxBytes, _pool);
        var model = new List<(SseEventId Id, string Json)>();
        for (var i = 1; i <= 2000; i++)
        {
            var id = new SseEventId(random.Next(3), i);
            var json = Json(id, random.Next(40) switch { 0 => 3000, < 8 => random.Next(1200), _ => random.Next(80) });
            log.Add(id, _pool.Parse(json));
            model.Add((id, json));
            while (model.Count > maxEvents || model.Sum(item => item.Json.Length) > MaxBytes)
            {
                model.RemoveAt(0);
            }

            var after = new SseEventId(random.Next(3), i - random.Next(10));
            Assert.Equal(model.Where(item => item.Id.Stream == after.Stream && item.Id.Sequence > after.Sequence).Select(item => item.Json), Read(log, after));
        }

        log.Clear();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Add_MoreThanIsKept_LetsGoOfItsStreamOnly()
    {
        var log = new ReplayLog(10, 1000, _pool);
        Add(log, new SseEventId(1, 1), 10);
        Add(log, new SseEventId(2, 1), 10);

        Add(log, new SseEventId(1, 2), 2000);
        Add(log, new SseEventId(1, 3), 20);

        Assert.Equal((3L, 3L), log.Find(1));
        Assert.Equal([Json(new SseEventId(1, 3), 20)], Read(log, new SseEventId(1, 2)));
        Assert.Equal([Json(new SseEventId(2, 1), 10)], Read(log, new SseEventId(2, 0)));
        Assert.Null(log.Find(3));
    }

    [Fact]
    public void Add_ReplacedTokens_KeepsWhatWentOut()
    {
        var log = new ReplayLog(10, 1000, _pool);
        var message = MessageReader.Read(_pool, """{"jsonrpc":"2.0","id":1,"result":{}}"""u8).Single!;
        message.Replace(message.Envelope.Id, JsonToken.From("seven"));

        log.Add(new SseEventId(1, 1), message);

        Assert.Equal(["""{"jsonrpc":"2.0","id":"seven","result":{}}"""], Read(log, new SseEventId(1, 0)));
    }

    [Fact]
    public void Clear_AfterSomeWereDropped_StartsAnew()
    {
        var log = new ReplayLog(1, 1000, _pool);
        Add(log, new SseEventId(1, 1), 10);
        Add(log, new SseEventId(1, 2), 10);

        log.Clear();
        Add(log, new SseEventId(1, 3), 10);

        Assert.Equal([Json(new SseEventId(1, 3), 10)], Read(log, new SseEventId(1, 0)));
    }

    private static string Json(SseEventId id, int padding) => $$"""{"jsonrpc":"2.0","id":{{id.Sequence}},"result":"{{id.Stream}}{{new string('x', padding)}}"}""";

    private void Add(ReplayLog log, SseEventId id, int padding) => log.Add(id, _pool.Parse(Json(id, padding)));

    private static List<string> Read(ReplayLog log, SseEventId after)
    {
        var texts = new List<string>();
        foreach (var item in log.Read(after))
        {
            Assert.True(item.IsReplay);
            texts.Add(Encoding.UTF8.GetString(item.Message.ToArray()));
            item.Message.Dispose();
        }

        return texts;
    }
}
