namespace McpProxy.AppHost.Model.Tests;

public sealed class SampleServerTests
{
    [Fact]
    public void BuiltBeside_OutputOfAProject_IsTheServer() => Assert.True(File.Exists(SampleServer.BuiltBeside(AppContext.BaseDirectory)));

    [Fact]
    public void BuiltBeside_Release_IsTheReleaseOfTheServer()
    {
        var bin = Path.Combine(Path.GetTempPath(), "artifacts", "bin");

        Assert.Equal(
            Path.Combine(bin, "McpProxy.Samples.Everything", "release", "everything-server.dll"),
            SampleServer.BuiltBeside(Path.Combine(bin, "McpProxy.AppHost", "release") + Path.DirectorySeparatorChar));
    }
}
