using System.Text;

namespace McpProxy.FaultServer;

/// <summary>Writes whole lines to stdout, with the faults of form that were asked for.</summary>
internal sealed class FaultyWriter(Stream output, FaultOptions options)
{
    // What real servers have been seen to print: a banner, JSON that is no JSON-RPC, nothing, a byte order mark, a cut character.
    private static readonly byte[][] Junk =
    [
        "Server listening on stdio..."u8.ToArray(),
        "{\"half\": "u8.ToArray(),
        "[1, 2, 3]"u8.ToArray(),
        [],
        [0xEF, 0xBB, 0xBF],
        [(byte)'c', (byte)'a', (byte)'f', 0xC3],
    ];

    private readonly Lock _lock = new();

    /// <summary>How many requests were answered so far.</summary>
    public int Answered { get; private set; }

    public void WriteJunk()
    {
        lock (_lock)
        {
            WriteJunkLines();
            output.Flush();
        }
    }

    /// <summary>Writes a request or a notification.</summary>
    public void WriteMessage(string json)
    {
        lock (_lock)
        {
            WriteLine(json);
            output.Flush();
        }
    }

    /// <summary>Writes the answer to one request, and what is to flood the client after it.</summary>
    public void WriteAnswer(string json)
    {
        lock (_lock)
        {
            WriteJunkLines();
            WriteLine(options.Batch ? $"[{json}]" : json);
            Answered++;
            for (var line = 1; line <= options.FloodStdoutLines; line++)
            {
                WriteLine(Rpc.Notification("notifications/message", $$"""{"level":"info","data":"flood {{line}}"}"""));
            }

            output.Flush();
        }
    }

    private void WriteJunkLines()
    {
        foreach (var line in options.JunkStdout ? Junk : [])
        {
            output.Write(line);
            output.WriteByte((byte)'\n');
        }
    }

    private void WriteLine(string json)
    {
        var line = Encoding.UTF8.GetBytes(json);
        output.Write(options.PrettyCrlf ? LooseJson.Format(line) : line);
        output.Write(options.PrettyCrlf ? "\r\n"u8 : "\n"u8);
    }
}
