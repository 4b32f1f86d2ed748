using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

public sealed class MessageContentTests
{
    private readonly MessagePool _pool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(300_000)]
    public async Task CopyToAsync_WithReplacements_WritesWhatGoesOutAndItsLength(int size)
    {
        using var message = Message(size);
        message.Replace(message.Envelope.Id, JsonToken.From("another, longer id"));
        using var content = new MessageContent(message);

        for (var time = 0; time < 2; time++)
        {
            using var output = new MemoryStream();
            await content.CopyToAsync(output, Token);
            Assert.Equal(message.ToArray(), output.ToArray());
            Assert.Equal(output.Length, content.Headers.ContentLength);
        }

        Assert.Equal("application/json", content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task CopyToAsync_ContentWasDisposed_ReadsNoMoreOfTheMessage()
    {
        using var message = Message(300_000);
        var content = new MessageContent(message);
        using var output = new MemoryStream();
        content.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => content.CopyToAsync(output, Token));
        Assert.Equal(1, _pool.Outstanding); // The message stays its owner's.
    }

    private Message Message(int size) => MessageReader.Read(_pool, Encoding.UTF8.GetBytes(
        """{"jsonrpc":"2.0","id":1,"method":"x"}""".Replace("x", new string('x', size), StringComparison.Ordinal))).Single!;
}
