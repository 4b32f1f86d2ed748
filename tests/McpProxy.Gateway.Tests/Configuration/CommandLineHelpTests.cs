using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class CommandLineHelpTests
{
    [Fact]
    public void Text_Lines_FitAHundredColumns() =>
        Assert.DoesNotContain(CommandLineHelp.Text.Split('\n'), line => line.TrimEnd('\r').Length > 100);

    [Fact]
    public void Text_EveryFlag_IsExplained()
    {
        foreach (var flag in GatewayFlags.All)
        {
            Assert.Contains(flag.Negation is null ? flag.Name : $"--[no-]{flag.Name[2..]}", CommandLineHelp.Text, StringComparison.Ordinal);
            Assert.Contains(flag.ShortName ?? "", CommandLineHelp.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--host", nameof(GatewayOptions.Host))]
    [InlineData("--port", nameof(GatewayOptions.Port))]
    [InlineData("--initialize-timeout", nameof(GatewayOptions.InitializeTimeout))]
    [InlineData("--session-idle-timeout", nameof(GatewayOptions.SessionIdleTimeout))]
    [InlineData("--max-sessions", nameof(GatewayOptions.MaxSessions))]
    [InlineData("--keep-alive", nameof(GatewayOptions.KeepAliveInterval))]
    [InlineData("--replay-events", nameof(GatewayOptions.ReplayEvents))]
    [InlineData("--replay-size", nameof(GatewayOptions.ReplayBytes))]
    [InlineData("--max-request-size", nameof(GatewayOptions.MaxRequestBytes))]
    [InlineData("--max-message-size", nameof(GatewayOptions.MaxMessageBytes))]
    [InlineData("--max-queue-size", nameof(GatewayOptions.MaxQueueBytes))]
    [InlineData("--server-request-timeout", nameof(GatewayOptions.ServerRequestTimeout))]
    [InlineData("--stall-timeout", nameof(GatewayOptions.StallTimeout))]
    [InlineData("--shutdown-timeout", nameof(GatewayOptions.ShutdownTimeout))]
    [InlineData("--sharing", nameof(GatewayOptions.Sharing))]
    public void Text_Defaults_AreThoseOfTheOptions(string flag, string property)
    {
        var start = CommandLineHelp.Text.IndexOf($"\n  {flag} ", StringComparison.Ordinal);
        var mark = CommandLineHelp.Text.IndexOf("Default: ", start, StringComparison.Ordinal) + "Default: ".Length;
        var text = CommandLineHelp.Text[mark..].Split('\n', ' ', ',')[0].TrimEnd();

        var configuration = CommandLine.Configuration(($"McpProxy:{property}", text));
        Assert.Equal(
            typeof(GatewayOptions).GetProperty(property)!.GetValue(new GatewayOptions()),
            typeof(GatewayOptions).GetProperty(property)!.GetValue(CommandLine.Options(configuration)));
        Assert.Empty(LayeredSettings.Read(configuration).Mistakes);
    }
}
