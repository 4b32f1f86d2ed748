using System.ComponentModel;
using System.Diagnostics;

namespace McpProxy.LoadBench.Programs;

/// <summary>A program that the bench started; it ends, with all that it started, when this is disposed of, or the bench ends.</summary>
internal sealed class BenchProgram : IAsyncDisposable
{
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(10);
    private static readonly HashSet<Process> Running = [];

    private readonly Process _process;
    private readonly Queue<string> _lastWords = new();

    static BenchProgram() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();

    private BenchProgram(Process process, bool hasOutput)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        if (!hasOutput)
        {
            process.OutputDataReceived += (_, line) => Remember(line.Data);
            process.BeginOutputReadLine();
        }
    }

    public int Id => _process.Id;

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>The last lines that it wrote to stderr.</summary>
    public string LastWords
    {
        get
        {
            lock (_lastWords)
            {
                return string.Join(Environment.NewLine, _lastWords);
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="launch">Its command.</param>
    /// <param name="hasOutput">Whether its stdout is read by the caller; else it is treated like stderr.</param>
    public static BenchProgram Start(Launch launch, bool hasOutput = false)
    {
        var start = new ProcessStartInfo(launch.FileName, launch.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in SocketSettings.Names)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in launch.Environment)
        {
            start.Environment[name] = value;
        }

        var process = Start(start);
        lock (Running)
        {
            Running.Add(process);
        }

        return new BenchProgram(process, hasOutput);
    }

    /// <summary>What it has used so far.</summary>
    public ProcessUsage Usage() => !_process.HasExited
        ? ProcessUsage.Of(_process)
        : throw new BenchException($"The subject ended with exit code {_process.ExitCode}.{Environment.NewLine}{LastWords}");

    /// <summary>Ends it and its children at once; whoever reads its output comes to the end of that.</summary>
    public void Kill() => Kill(_process);

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        lock (Running)
        {
            Running.Remove(_process);
        }

        Kill(_process);
        using var patience = new CancellationTokenSource(ExitPatience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BenchException(e.Message);
        }
    }

    private static void KillAll()
    {
        lock (Running)
        {
            foreach (var process in Running)
            {
                Kill(process);
            }
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException)
        {
            // It, or a child of it, had ended.
            Debug.WriteLine(e.Message);
        }
    }

    private void Remember(string? line)
    {
        const int MaxLines = 20;
        if (line is null)
        {
            return;
        }

        lock (_lastWords)
        {
            _lastWords.Enqueue(line);
            if (_lastWords.Count > MaxLines)
            {
                _lastWords.Dequeue();
            }
        }
    }
}
