using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace McpProxy.Soak.Programs;

/// <summary>A gateway, as the built program.</summary>
internal sealed partial class GatewayProgram : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly LogFile _log;
    private readonly Task _logging;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayProgram(IEnumerable<string> arguments, LogFile log)
    {
        _log = log;
        log.LineRead = line =>
        {
            if (BannerUrl().Match(line) is { Success: true } banner)
            {
                _address.TrySetResult(new Uri(banner.Groups["root"].Value));
            }
        };
        var start = new ProcessStartInfo(ProgramPaths.McpProxy, arguments) { RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        _process = Process.Start(start)!;
        _logging = log.CopyAsync(_process.StandardError);
    }

    public int Id => _process.Id;

    public Uri Address => _address.Task.Result;

    /// <summary>Starts it and waits until all its servers run.</summary>
    public static async Task<GatewayProgram> StartAsync(IEnumerable<string> arguments, LogFile log, TimeProvider time, CancellationToken cancellationToken)
    {
        var gateway = new GatewayProgram(arguments, log);
        await gateway._address.Task.WaitAsync(Patience, time, cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        while ((await gateway.StatusAsync(deadline.Token)).GetProperty("servers").EnumerateObject().Any(server => server.Value.GetProperty("state").GetString() != "running"))
        {
            await Task.Delay(Pause, time, deadline.Token);
        }

        return gateway;
    }

    public async Task<JsonElement> StatusAsync(CancellationToken cancellationToken)
    {
        // A connection of its own, which is gone when it is counted.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return JsonElement.Parse(await http.GetStringAsync(new Uri(Address, "/status"), cancellationToken));
    }

    /// <summary>Stops it as a service manager does, and tells its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        _ = SendSignal(_process.Id, Terminate);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _logging;
        _process.Dispose();
        _log.Dispose();
    }

    [GeneratedRegex(@"(?<root>http://[^\s/]+:[1-9][0-9]*)/status$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BannerUrl();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
