using System.Collections.Concurrent;

namespace McpProxy.Gateway.Backends;

/// <summary>The last lines that each backend wrote to stderr: for operators, because they may hold secrets.</summary>
internal sealed class StderrHistory
{
    private const int MaxLines = 20;
    private const int MaxLineLength = 1024;

    private readonly ConcurrentDictionary<string, Queue<string>> _lines = new(StringComparer.Ordinal);

    /// <summary>Adds a line, and forgets the oldest one.</summary>
    public void Add(string backend, string line)
    {
        var lines = _lines.GetOrAdd(backend, static _ => new Queue<string>());
        lock (lines)
        {
            lines.Enqueue(line.Length > MaxLineLength ? line[..MaxLineLength] : line);
            if (lines.Count > MaxLines)
            {
                lines.Dequeue();
            }
        }
    }

    /// <summary>What a backend wrote last, the oldest line first.</summary>
    public IReadOnlyList<string> Of(string backend)
    {
        if (!_lines.TryGetValue(backend, out var lines))
        {
            return [];
        }

        lock (lines)
        {
            return [.. lines];
        }
    }
}
