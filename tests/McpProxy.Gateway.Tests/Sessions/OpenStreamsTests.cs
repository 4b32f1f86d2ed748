using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>Silent streams are shown to live when that is due, and nobody is woken up for nothing.</summary>
public sealed class OpenStreamsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);

    private readonly ManualClock _clock = new();
    private readonly GatewayOptions _options = new();
    private readonly EventStreams _streams;
    private readonly OpenStreams _open;

    public OpenStreamsTests()
    {
        _streams = new EventStreams(new StreamLimits(QueueBytes: 1000, ReplayEvents: 0, ReplayBytes: 0), new MessagePool(), _clock);
        _open = new OpenStreams(Options.Create(_options), _clock);
    }

    public void Dispose()
    {
        _streams.End();
        _open.Dispose();
    }

    [Fact]
    public void Add_Nobody_NothingIsWaitedFor() => Assert.Empty(_clock.Waits);

    [Fact]
    public void Add_SilentStream_IsShownSoonAndThenEveryKeepAliveInterval()
    {
        var reader = Add();
        Assert.False(IsShownAfter(reader, Soon - TimeSpan.FromMilliseconds(1)));
        Assert.True(IsShownAfter(reader, TimeSpan.FromMilliseconds(1)));
        Write(reader);

        Assert.False(IsShownAfter(reader, _options.KeepAliveInterval - TimeSpan.FromMilliseconds(1)));
        Assert.True(IsShownAfter(reader, TimeSpan.FromMilliseconds(1)));
        Write(reader);

        Assert.True(IsShownAfter(reader, _options.KeepAliveInterval));
    }

    [Fact]
    public void Add_StreamThatIsWrittenTo_IsShownOnlyAfterThat()
    {
        var reader = Add();
        _clock.Advance(Soon / 2);
        Write(reader);

        Assert.False(IsShownAfter(reader, _options.KeepAliveInterval - TimeSpan.FromMilliseconds(1)));
        Assert.True(IsShownAfter(reader, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Add_WhileOthersAreDueMuchLater_IsShownSoon()
    {
        var other = Add();
        _clock.Advance(Soon);
        Write(other);
        other.TakeTick();
        var reader = Add();

        Assert.True(IsShownAfter(reader, Soon));
        Assert.False(other.TakeTick());
        Assert.True(IsShownAfter(other, _options.KeepAliveInterval - Soon));
    }

    [Fact]
    public void Add_PatientStream_IsShownAfterTheKeepAliveInterval()
    {
        var reader = Add(isPatient: true);

        Assert.False(IsShownAfter(reader, _options.KeepAliveInterval - TimeSpan.FromMilliseconds(1)));
        Assert.True(IsShownAfter(reader, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Tick_StreamWhoseClientReadsNothing_IsShownNoMoreThanOnceAnInterval()
    {
        var reader = Add();

        Assert.True(IsShownAfter(reader, Soon));
        Assert.Equal(_options.KeepAliveInterval, Assert.Single(_clock.Waits));
    }

    [Fact]
    public void Remove_LastStream_NothingIsWaitedForAnyMore()
    {
        var reader = Add();
        Assert.True(IsShownAfter(reader, Soon));
        _open.Remove(reader);

        Assert.False(IsShownAfter(reader, 2 * _options.KeepAliveInterval));
        Assert.Empty(_clock.Waits);
    }

    private EventReader Add(bool isPatient = false)
    {
        var reader = _streams.Attach(_streams.Open(), static () => { });
        reader.IsPatient = isPatient;
        _open.Add(reader);
        return reader;
    }

    private void Write(EventReader reader)
    {
        reader.HasWritten = true;
        reader.LastWrite = _clock.GetTimestamp();
    }

    private bool IsShownAfter(EventReader reader, TimeSpan time)
    {
        _clock.Advance(time);
        return reader.TakeTick();
    }
}
