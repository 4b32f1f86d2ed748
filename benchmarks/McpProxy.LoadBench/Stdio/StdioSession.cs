using System.Text;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Sessions;

namespace McpProxy.LoadBench.Stdio;

/// <summary>A session over a program's stdin and stdout, as hosts have it.</summary>
internal sealed class StdioSession : ILoadSession
{
    private readonly LineStream _lines;
    private readonly EchoCall _call = new(message => Encoding.UTF8.GetBytes(message + "\n"));

    private StdioSession(LineStream lines) => _lines = lines;

    /// <summary>Opens the session of a program.</summary>
    public static StdioSession Open(BenchProgram program)
    {
        var lines = new LineStream(program);
        lines.Write(Messages.Initialize);
        if (lines.Read().IndexOf("\"protocolVersion\""u8) < 0)
        {
            throw new BenchException("initialize was not answered with a result.");
        }

        lines.Write(Messages.Initialized);
        return new StdioSession(lines);
    }

    /// <inheritdoc/>
    public ValueTask ReviveAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<bool> CallAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _lines.Write(_call.Next().Span);
        return ValueTask.FromResult(_call.IsAnsweredBy(_lines.Read()));
    }

    /// <summary>Calls a tool.</summary>
    /// <returns>The length of the answer.</returns>
    public int Call(string message)
    {
        _lines.Write(message);
        return _lines.Read().Length;
    }

    /// <summary>Calls without waiting for answers, until the time is over; then waits for those.</summary>
    /// <param name="inFlight">How many calls are under way.</param>
    /// <param name="end">The timestamp after which no call is begun.</param>
    /// <returns>How many calls were answered, and how many of them wrongly.</returns>
    public (long Calls, long Errors) Pipeline(int inFlight, long end) => new StdioPipeline(_lines, inFlight).Run(end);

    /// <summary>Who started the program ends it.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
