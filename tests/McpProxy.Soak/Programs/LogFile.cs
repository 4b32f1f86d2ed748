namespace McpProxy.Soak.Programs;

/// <summary>Takes the stderr of programs; a defect of theirs that shows there is a problem.</summary>
internal sealed class LogFile(string name, string? folder, Action<string> report) : IDisposable
{
    // A record of level error, or an exception that nobody caught.
    private static readonly string[] Defects = [" error  ", " fatal  ", "Unhandled exception"];

    // What the gateway says of a servers file that is broken for a moment, as some are here.
    private const string BrokenFile = "What runs goes on as it is";

    private readonly Lock _gate = new();
    private readonly StreamWriter? _file = folder is null ? null : new StreamWriter(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.log"));

    /// <summary>Called with each line.</summary>
    public Action<string>? LineRead { get; set; }

    /// <summary>Reads to the end.</summary>
    public async Task CopyAsync(StreamReader stderr)
    {
        while (await stderr.ReadLineAsync(CancellationToken.None) is { } line)
        {
            Add(line);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
        }
    }

    private void Add(string line)
    {
        LineRead?.Invoke(line);
        if (Defects.Any(defect => line.Contains(defect, StringComparison.Ordinal)) && !line.Contains(BrokenFile, StringComparison.Ordinal))
        {
            report($"{name} says: {line}");
        }

        lock (_gate)
        {
            _file?.WriteLine(line);
            _file?.Flush();
        }
    }
}
