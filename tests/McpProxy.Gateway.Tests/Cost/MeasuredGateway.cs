using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>
/// The gateway's program in a process of its own, in front of the echo sample, and what it costs there: nothing that these tests do at the
/// same time is counted. It must be the only reader of its numbers.
/// </summary>
internal sealed partial class MeasuredGateway : IAsyncDisposable
{
    // artifacts/bin/McpProxy.Gateway.Tests/debug
    private static readonly DirectoryInfo Output = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private readonly string _probe = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Process _process;
    private bool _isDisposed;

    private MeasuredGateway(bool countsRents)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, UseShellExecute = false };
        string[] arguments =
        [
            Program("McpProxy.Gateway", "McpProxy.Gateway.dll"), "--port", "0", "--sharing", "shared", "--log-level", "WARNING",
            "dotnet", Program("McpProxy.Samples.Echo", "echo-server.dll"),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_STARTUP_HOOKS"] = Program("McpProxy.CostProbe", "McpProxy.CostProbe.dll");
        start.Environment["COST_PROBE"] = _probe;
        start.Environment["COST_PROBE_RENTS"] = countsRents ? "1" : null;
        _process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
    }

    /// <summary>The process's number.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Where it listens, on the loopback.</summary>
    public int Port { get; private set; }

    /// <summary>Starts it.</summary>
    /// <param name="countsRents">Whether <see cref="ReadAsync"/> counts what is rented from the array pool, not what is allocated.</param>
    public static async Task<MeasuredGateway> StartAsync(bool countsRents = false)
    {
        var gateway = new MeasuredGateway(countsRents);
        try
        {
            gateway.Port = await gateway.ReadPortAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many bytes it has allocated, or rented, so far.</summary>
    public async Task<long> ReadAsync()
    {
        using var deadline = Wait.Deadline();
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await probe.ConnectAsync(new UnixDomainSocketEndPoint(_probe), deadline.Token);
        await using var stream = new NetworkStream(probe);
        var answer = new byte[sizeof(long)];
        await stream.ReadExactlyAsync(answer, deadline.Token);
        return BinaryPrimitives.ReadInt64LittleEndian(answer);
    }

    /// <summary>
    /// What one run costs once everything is warm: the least of some rounds, because the compiler still works on the side, and a garbage
    /// collection empties pools.
    /// </summary>
    public async Task<double> CostAsync(int rounds, int runs, Func<Task> run)
    {
        var least = double.MaxValue;
        for (var round = 0; round <= rounds; round++)
        {
            var before = await ReadAsync();
            for (var i = 0; i < runs; i++)
            {
                await run();
            }

            var cost = (await ReadAsync() - before) / (double)runs;
            least = round == 0 ? least : Math.Min(least, cost); // The first round warms up.
        }

        return least;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _process.Kill(entireProcessTree: true); // Nothing, when it has ended.
        using var deadline = new CancellationTokenSource(Wait.Patience);
        await _process.WaitForExitAsync(deadline.Token);
        _process.Dispose();
        File.Delete(_probe);
    }

    private static string Program(string project, string file) => Path.Combine(Output.Parent!.Parent!.FullName, project, Output.Name, file);

    private async Task<int> ReadPortAsync()
    {
        using var deadline = Wait.Deadline();
        var said = "";
        while (await _process.StandardError.ReadLineAsync(deadline.Token) is { } line)
        {
            said += line + Environment.NewLine;
            if (Listening().Match(line) is { Success: true } match)
            {
                // Discarded: it ends with the process, whose pipe must not fill up.
                _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
                return int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"The gateway did not start: {said}");
    }

    [GeneratedRegex(@"listening on http://[^ ]*:(?<port>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();
}
