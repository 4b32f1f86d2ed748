using System.Diagnostics;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Standard streams as no host should leave them: full, closed, or a terminal.</summary>
public sealed class StandardStreamTests
{
    private const string Server = "http://127.0.0.1:9/mcp"; // Nothing here has to be connected to.

    public StandardStreamTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a shell, signals and /dev/full.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Errors_ThatNobodyReads_HoldUpNeitherAnswersNorTheEnd(bool isTerminated)
    {
        const int Lines = 3000; // Each is logged: much more than a pipe holds.
        using var bridge = Process.Start(new ProcessStartInfo(ArtifactPaths.McpProxy, [Server])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        try
        {
            var writing = bridge.StandardInput.WriteAsync(string.Concat(Enumerable.Repeat("junk\n", Lines)).AsMemory(), Token);
            for (var i = 0; i < Lines; i++)
            {
                Assert.Contains("-32700", await bridge.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Wait.Patience, Token), StringComparison.Ordinal);
            }

            await writing;
            if (isTerminated)
            {
                Posix.Signal(bridge.Id, Posix.Terminate);
            }
            else
            {
                bridge.StandardInput.Close();
            }

            await bridge.WaitForExitAsync(Token).WaitAsync(Wait.Patience, Token);
            Assert.Equal(0, bridge.ExitCode);
        }
        finally
        {
            bridge.Kill();
        }
    }

    [Theory]
    [InlineData(">/dev/full", "No space left on device")]
    [InlineData(">&-", "Bad file descriptor")]
    public async Task Output_ThatCannotBeWritten_IsSaidAndExitsWith1(string output, string reason)
    {
        await using var shell = Shell($"{{ echo junk; exec sleep 600; }} | {{ \"$0\" \"$1\" {output}; echo \"exit $?\" >&2; }}");

        await Wait.UntilAsync(() => shell.Errors.Contains("exit 1"), shell.Describe, Token);

        Assert.EndsWith($"error  Standard output could not be written: {reason}", shell.Errors[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_ClosedAtTheStart_IsItsEnd()
    {
        await using var shell = Shell("exec \"$0\" \"$1\" <&-");

        Assert.Equal(0, await shell.WaitForExitAsync(Token));
        Assert.Empty(shell.Output);
    }

    [Fact]
    public async Task Errors_ClosedAtTheStart_AreNoneOfTheBridgesBusiness()
    {
        await using var shell = Shell("echo junk | \"$0\" \"$1\" 2>&-; echo \"exit $?\"");

        Assert.Equal(0, await shell.WaitForExitAsync(Token));
        Assert.Contains("-32700", shell.Output[0], StringComparison.Ordinal);
        Assert.Equal("exit 0", shell.Output[1]);
    }

    [Fact]
    public async Task Terminal_IsWrittenOnlyWhatIsSaid()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "Needs a pseudo terminal.");
        await using var shell = Shell("echo junk | TERM=xterm script -qec \"$0 $1\" /dev/null");

        await Wait.UntilAsync(() => shell.Output.Any(line => line.Contains("-32700", StringComparison.Ordinal)), shell.Describe, Token);

        Assert.DoesNotContain(shell.Output, line => line.Contains('\e', StringComparison.Ordinal));
    }

    /// <summary>Runs a script that knows the program as <c>$0</c> and the server as <c>$1</c>.</summary>
    private static CapturedProcess Shell(string script) => new(new ProcessStartInfo("/bin/sh", ["-c", script, ArtifactPaths.McpProxy, Server]));
}
