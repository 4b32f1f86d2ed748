using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class MessagePoolTests
{
    private const int Megabyte = 1024 * 1024;

    private readonly MessagePool _pool = new();

    [Theory]
    [InlineData(1)]
    [InlineData(Megabyte)]
    [InlineData(Megabyte + 1)]
    [InlineData(2 * Megabyte)]
    [InlineData((10 * Megabyte) + 7)]
    public void Rent_AnyLength_IsLongEnoughAndCounted(int length)
    {
        var first = _pool.Rent(length);
        var second = _pool.Rent(length);

        Assert.True(first.Length >= length && second.Length >= length);
        Assert.NotSame(first, second);
        Assert.Equal(2, _pool.Outstanding);

        _pool.Return(first);
        _pool.Return(second);
        Assert.Equal(0, _pool.Outstanding);
    }

    /// <summary>Of another thread, too: each thread's own would be as many times the memory.</summary>
    [Fact]
    public async Task Rent_LargeOneThatAnotherThreadGaveBack_IsThatOne()
    {
        const int Length = 100 * Megabyte; // As no other test.
        var first = await Task.Factory.StartNew(() => _pool.Rent(Length), TaskCreationOptions.LongRunning);

        await Task.Factory.StartNew(() => _pool.Return(first), TaskCreationOptions.LongRunning);
        var second = await Task.Factory.StartNew(() => _pool.Rent(Length), TaskCreationOptions.LongRunning);

        Assert.Same(first, second);
        _pool.Return(second);
    }
}
