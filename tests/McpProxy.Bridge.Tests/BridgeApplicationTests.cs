using McpProxy.Relay.Tests;

namespace McpProxy.Bridge.Tests;

public sealed class BridgeApplicationTests : IDisposable
{
    private const int BrokenPipe = 32; // EPIPE

    private readonly StringWriter _error = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _error.Dispose();

    [Fact(Timeout = Eventually.Deadline)]
    public async Task RunAsync_StdoutCannotBeWritten_FailsAndSaysWhy()
    {
        Assert.Equal(1, await RunAsync(new IOException("No space left on device"), "https://server.example/mcp"));

        Assert.Contains("error  Standard output could not be written: No space left on device", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task RunAsync_HostIsGone_IsTheOrdinaryEnd()
    {
        Assert.Equal(0, await RunAsync(new IOException("Broken pipe", BrokenPipe), "https://server.example/mcp"));

        Assert.DoesNotContain(" error ", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(0, "Standard output could not be written: why")]
    [InlineData(BrokenPipe, "")]
    public async Task RunAsync_ReportOfACheckCannotBeWritten_FailsAndSaysWhyToWhoeverIsThere(int errorNumber, string expected)
    {
        Assert.Equal(1, await RunAsync(new IOException("why", errorNumber), "check", "no-such-command-anywhere"));

        Assert.Equal(expected, _error.ToString().Trim()[Math.Min(_error.ToString().Trim().Length, "00:00:00 error  ".Length)..]);
    }

    /// <summary>Runs with a line on stdin that the bridge answers by itself, and does not end.</summary>
    private async Task<int> RunAsync(IOException failure, params string[] words)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var input = new OneLineInput("junk\n"u8.ToArray());
        await using var output = new FailingOutput(failure);
        return await new BridgeApplication(input, output, TextWriter.Synchronized(_error), _ => null, TimeProvider.System).RunAsync(words, stop.Token);
    }

    /// <summary>A stdin that stays open.</summary>
    private sealed class OneLineInput(byte[] line) : Relay.Tests.Transports.TestStream
    {
        private bool _isRead;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isRead)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            _isRead = true;
            line.CopyTo(buffer);
            return line.Length;
        }
    }
}
