using System.Diagnostics;
using System.Text;
using McpProxy.Soak.Plan;
using McpProxy.Soak.Programs;
using McpProxy.Soak.Results;

namespace McpProxy.Soak.Clients;

/// <summary>A host that starts a bridge and speaks stdio to it.</summary>
internal sealed class BridgeClient : McpClient
{
    private readonly Process _process;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reading;
    private readonly Task _logging;

    public BridgeClient(string[] arguments, LogFile log, Action<string> report)
        : base(report)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        _process = Process.Start(new ProcessStartInfo(ProgramPaths.McpProxy, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            UseShellExecute = false,
        })!;
        _reading = ReadAsync();
        _logging = log.CopyAsync(_process.StandardError);
    }

    public override async Task<Reply> RequestAsync(PendingCall call, string message, Manner manner, CancellationToken cancellationToken)
    {
        await WriteAsync(message);
        return Reply.Of(await call.Answer.WaitAsync(cancellationToken));
    }

    public override Task SendAsync(string message) => WriteAsync(message);

    public override async Task<string?> EndAsync(Ending ending)
    {
        if (ending != Ending.Proper)
        {
            _process.Kill();
            return null;
        }

        using var deadline = new CancellationTokenSource(Ledger.Patience);
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode == 0 ? null : $"the bridge ended with code {_process.ExitCode}";
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return $"the bridge did not end: {e.Message}";
        }
    }

    protected override async ValueTask LeaveAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await Task.WhenAll(_reading, _logging);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            Inbox.Take(line);
        }

        Inbox.Close("the bridge closed its stdout");
    }

    private async Task WriteAsync(string message)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            await _process.StandardInput.WriteAsync($"{message}\n");
            await _process.StandardInput.FlushAsync(CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }
}
