using System.Diagnostics;
using McpProxy.Relay.Processes;

namespace McpProxy.Relay.Tests.Processes;

/// <summary>The script by itself, in each shell that is here: whom it ends, and when it is in nobody's way.</summary>
public sealed class GuardScriptTests
{
    private readonly string _mark = Guid.NewGuid().ToString("N");

    public GuardScriptTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>/bin/sh is dash here, bash there, and busybox elsewhere.</summary>
    public static TheoryData<string> Shells { get; } = [.. ((string[])["sh", "dash", "bash", "busybox"]).Where(IsHere)];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task End_OfThePipe_EndsWhatIsMarkedAndNobodyElse(string shell)
    {
        using var marked = Sleeper(_mark);
        using var other = Sleeper("somebody else's");
        using var guard = Guard(shell);

        await guard.StandardInput.WriteLineAsync(_mark.AsMemory(), Token);
        guard.StandardInput.Close();
        await EndAsync(guard);

        Assert.True(marked.HasExited);
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Done_EndsTheGuard(string shell)
    {
        using var guard = Guard(shell);

        await FinishAsync(guard);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Done_WithSomebodyLeft_EndsThatOneWithoutAskingAgain(string shell)
    {
        using var left = Start("sh", ["-c", "trap 'echo asked; exit' TERM; echo ready; while :; do sleep 0.1; done"], _mark);
        Assert.Equal("ready", await left.StandardOutput.ReadLineAsync(Token));
        using var guard = Guard(shell);

        await FinishAsync(guard);

        Assert.True(left.HasExited);
        Assert.Equal("", await left.StandardOutput.ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("s\n")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task Mark_ThatIsNone_EndsTheGuardAndNobodyElse(string text)
    {
        using var other = Sleeper("0123456789abcdef0123456789abcdef");
        using var guard = Guard("sh");

        await guard.StandardInput.WriteAsync(text.AsMemory(), Token);
        guard.StandardInput.Close();
        await EndAsync(guard);

        Assert.False(other.HasExited);
        other.Kill();
    }

    private static bool IsHere(string shell) => CommandLocator.Find(shell, "/", Path()) is not null;

    private static Dictionary<string, string?> Path() => new(StringComparer.Ordinal) { ["PATH"] = Environment.GetEnvironmentVariable("PATH") };

    private static Process Sleeper(string mark) => Start("sleep", ["600"], mark);

    private static Process Start(string command, string[] arguments, string mark)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment[ProcessMark.Name] = $"outer/{mark}/one";
        return Process.Start(start)!;
    }

    private static Process Guard(string shell) => Process.Start(new ProcessStartInfo(
        shell, [.. shell == "busybox" ? ["sh"] : Array.Empty<string>(), "-c", GuardScript.Text, "mcp-proxy-guard"])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;

    /// <summary>Tells the guard that it is no longer needed.</summary>
    private async Task FinishAsync(Process guard)
    {
        await guard.StandardInput.WriteLineAsync(_mark.AsMemory(), Token);
        await guard.StandardInput.WriteLineAsync("done".AsMemory(), Token);
        await guard.StandardInput.FlushAsync(Token);
        await EndAsync(guard);
    }

    private static Task EndAsync(Process guard) => guard.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
}
