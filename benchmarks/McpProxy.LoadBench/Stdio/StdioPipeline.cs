using System.Buffers;
using System.Diagnostics;
using System.Text;
using McpProxy.LoadBench.Sessions;

namespace McpProxy.LoadBench.Stdio;

/// <summary>
/// Keeps calls in flight. Their answers may come in any order; those that came together are followed by as many calls in one write.
/// </summary>
internal sealed class StdioPipeline
{
    private readonly LineStream _lines;
    private readonly List<EchoCall> _waiting = [];
    private readonly Stack<EchoCall> _free;
    private readonly ArrayBufferWriter<byte> _output = new();
    private long _answers;
    private long _errors;

    public StdioPipeline(LineStream lines, int inFlight)
    {
        _lines = lines;
        _free = new(Enumerable.Range(0, inFlight).Select(_ => new EchoCall(message => Encoding.UTF8.GetBytes(message + "\n"))));
    }

    /// <summary>Runs until the timestamp, and waits for the answers that are missing then.</summary>
    public (long Calls, long Errors) Run(long end)
    {
        do
        {
            if (Stopwatch.GetTimestamp() < end)
            {
                Send();
            }

            do
            {
                Take(_lines.Read());
            }
            while (_lines.HasLine);
        }
        while (_waiting.Count > 0);
        return (_answers, _errors);
    }

    private void Send()
    {
        _output.ResetWrittenCount();
        while (_free.TryPop(out var call))
        {
            _output.Write(call.Next().Span);
            _waiting.Add(call);
        }

        _lines.Write(_output.WrittenSpan);
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            var call = _waiting[i];
            if (call.HasId(line))
            {
                _waiting.RemoveAt(i);
                _free.Push(call);
                _answers++;
                _errors += call.IsAnsweredBy(line) ? 0 : 1;
                return;
            }
        }

        _errors++;
    }
}
