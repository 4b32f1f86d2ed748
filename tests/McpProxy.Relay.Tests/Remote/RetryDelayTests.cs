using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

public sealed class RetryDelayTests
{
    private readonly RetryDelay _delay = new(new ManualTimeProvider());

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(6, 30)]
    [InlineData(1000, 30)]
    public void Next_AfterFailures_Doubles(int failures, double seconds)
    {
        Fail(failures);

        Assert.InRange(_delay.Next().TotalSeconds, seconds, seconds * 1.25);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 0.1, 0.1)]
    [InlineData(1, 0.1, 1)]
    [InlineData(1, 5, 5)]
    [InlineData(0, 60, 60)]
    [InlineData(0, 1e9, 3600)]
    public void Next_ServerAsksForADelay_IsNotSooner(int failures, double wanted, double seconds)
    {
        Fail(failures);

        Assert.InRange(_delay.Next(TimeSpan.FromSeconds(wanted)).TotalSeconds, seconds, seconds * 1.25);
    }

    [Fact]
    public void Note_Progress_StartsAnew()
    {
        Fail(5);
        Assert.True(_delay.IsExhausted && _delay.HasFailed);

        _delay.Note(isProgress: true);

        Assert.False(_delay.IsExhausted || _delay.HasFailed);
        Assert.InRange(_delay.Next().TotalSeconds, 0.5, 0.625);
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _delay.Note(isProgress: false);
        }
    }
}
