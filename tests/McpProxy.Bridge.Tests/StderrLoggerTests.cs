using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Tests;

public sealed class StderrLoggerTests
{
    [Fact]
    public void Log_Record_IsOneLine()
    {
        using var error = new StringWriter();
        var logger = new StderrLogger(error, LogLevel.Information, TimeProvider.System);

        Write(logger, LogLevel.Warning, "a\r\nb\nc");
        Write(logger, LogLevel.Debug, "not this");

        Assert.Matches("^[0-9:]{8} warn   a b c\n$", error.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Log_LevelNone_IsSilent()
    {
        using var error = new StringWriter();

        Write(new StderrLogger(error, LogLevel.None, TimeProvider.System), LogLevel.Critical, "x");

        Assert.Empty(error.ToString());
    }

    [Fact]
    public void Log_Exception_FollowsInTheSameWrite()
    {
        using var error = new CountingWriter();

        new StderrLogger(error, LogLevel.Information, TimeProvider.System).Log(LogLevel.Error, default, "x", new IOException("why"), (state, _) => state);

        Assert.EndsWith($"error  x{error.NewLine}System.IO.IOException: why{error.NewLine}", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, error.Writes);
    }

    private static void Write(StderrLogger logger, LogLevel level, string text) => logger.Log(level, default, text, exception: null, (state, _) => state);

    private sealed class CountingWriter : StringWriter
    {
        public int Writes { get; private set; }

        public override void WriteLine(string? value)
        {
            Writes++;
            base.WriteLine(value);
        }
    }
}
