using System.Diagnostics;
using System.Globalization;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>Counts the system calls of a process by strace(1).</summary>
internal static class SystemCalls
{
    /// <summary>What costs on the way of a message. Not <c>sched_yield</c>: a thread that has nothing to do yields as often as there is time for.</summary>
    private static readonly string[] Counted =
        ["read", "readv", "write", "writev", "recvfrom", "recvmsg", "sendto", "sendmsg", "epoll_wait", "epoll_pwait", "epoll_ctl", "poll", "futex"];

    /// <summary>Whether strace is there.</summary>
    public static bool CanBeCounted => OperatingSystem.IsLinux()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "strace")));

    /// <summary>What a gateway calls while something is done. It is ended with that, because so is strace.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> CountAsync(MeasuredGateway gateway, Func<Task> action)
    {
        using var strace = Start(gateway.ProcessId);
        try
        {
            var first = await Wait.ForAsync(strace.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask(), "strace has attached");
            Assert.SkipUnless(first?.Contains("attached", StringComparison.Ordinal) == true, $"strace cannot attach to a process here: {first}");
            await action();
            await gateway.DisposeAsync();
            return Parse(await Wait.ForAsync(strace.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), "strace has counted"));
        }
        finally
        {
            if (!strace.HasExited)
            {
                strace.Kill();
            }
        }
    }

    private static Process Start(int processId)
    {
        var start = new ProcessStartInfo("strace") { RedirectStandardError = true, UseShellExecute = false };
        string[] arguments = ["-f", "-c", "-U", "calls,name", "-e", $"trace={string.Join(',', Counted)}", "-p", processId.ToString(CultureInfo.InvariantCulture)];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("No strace was started.");
    }

    private static Dictionary<string, int> Parse(string summary)
    {
        var counts = Counted.ToDictionary(name => name, _ => 0);
        foreach (var line in summary.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, var name] && counts.ContainsKey(name))
            {
                counts[name] = int.Parse(number, CultureInfo.InvariantCulture);
            }
        }

        return counts;
    }
}
