using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Processes;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>What a child finds in its environment: the set of the reference, or the proxy's, and over it its own.</summary>
public sealed class ChildEnvironmentTests : GatewayTest
{
    private const string Own = "MCP_PROXY_TEST_OWN";

    static ChildEnvironmentTests() => Environment.SetEnvironmentVariable(Own, "of the proxy");

    [Fact]
    public async Task Child_ByDefault_GetsTheDefaultSetAndItsOwn()
    {
        var backend = FaultServer.Shared();
        backend.Env["A"] = "é=\"1\" $HOME";
        backend.Env["HOME"] = "/elsewhere";
        var host = await StartAsync(backend);

        var environment = await (await host.ConnectAsync()).AskAsync("env");

        Assert.Equal("é=\"1\" $HOME", environment.GetProperty("A").GetString());
        Assert.Equal("/elsewhere", environment.GetProperty("HOME").GetString());
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment.GetProperty("PATH").GetString());
        Assert.Subset(
            new HashSet<string> { "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "A", ProcessMark.Name },
            environment.EnumerateObject().Select(variable => variable.Name).Where(name => !IsOfTheHarness(name)).ToHashSet());
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(false, null, false)]
    public async Task PassEnvironment_OfTheBackend_BeatsThatOfTheGateway(bool gateway, bool? backend, bool isPassed)
    {
        var options = FaultServer.Shared();
        options.PassEnvironment = backend;
        var host = await StartAsync(options, settings => settings.PassEnvironment = gateway);

        var environment = await (await host.ConnectAsync()).AskAsync("env");

        Assert.Equal(isPassed ? "of the proxy" : null, environment.TryGetProperty(Own, out var value) ? value.GetString() : null);
    }

    [Fact]
    public async Task Env_OfTheBackend_BeatsThatOfTheProxy()
    {
        var options = FaultServer.Shared();
        options.PassEnvironment = true;
        options.Env[Own] = "of the backend";
        var host = await StartAsync(options);

        var environment = await (await host.ConnectAsync()).AskAsync("env");

        Assert.Equal("of the backend", environment.GetProperty(Own).GetString());
    }

    [Fact]
    public async Task Command_OnThePathOfTheBackend_IsFound()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Needs a POSIX shell.");
            return;
        }

        using var folder = new Configuration.TemporaryFolder();
        var program = folder.File("only-here");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nprintf 'started %s\\n' \"$*\" >&2\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var backend = new BackendOptions { Command = "only-here", Args = ["a b", "$HOME", "é"], Sharing = SharingMode.Shared };
        backend.Env["PATH"] = $"/nowhere:{Path.GetDirectoryName(program)}";

        var host = await StartAsync(backend);

        await host.Log.UntilAsync("started a b $HOME é");
    }

    [Fact]
    public async Task Cwd_OfTheBackend_IsWhereItStarts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        using var folder = new Configuration.TemporaryFolder();
        var path = Path.GetDirectoryName(folder.File("x"))!;
        var backend = new BackendOptions { Command = "sh", Args = ["-c", "pwd >&2"], Cwd = path, Sharing = SharingMode.Shared };

        var host = await StartAsync(backend);

        await host.Log.UntilAsync(Path.GetFileName(path));
    }

    [Fact]
    public void Apply_FunctionOfAShell_IsLeftOut()
    {
        var environment = new Dictionary<string, string?> { ["HOME"] = "/home", ["SHELL"] = "() { :; }", ["TERM"] = null, ["OTHER"] = "x" };

        ChildEnvironment.Apply(environment, new BackendOptions(), passAll: false);

        Assert.SkipWhen(OperatingSystem.IsWindows(), "The set is another one there.");
        Assert.Equal(["HOME"], environment.Keys);
    }

    private static bool IsOfTheHarness(string name) => name.StartsWith("MCP_PROXY_TEST_", StringComparison.Ordinal) && name != Own;
}
