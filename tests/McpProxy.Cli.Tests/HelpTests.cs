using McpProxy.Bridge.Configuration;
using McpProxy.Gateway.Configuration;

namespace McpProxy.Cli.Tests;

public sealed class HelpTests
{
    [Fact]
    public void Text_Examples_AreUnderstoodByWhomTheyStart()
    {
        var examples = CommandLineHelp.Text[CommandLineHelp.Text.IndexOf("EXAMPLES", StringComparison.Ordinal)..]
            .ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal)
            .Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("mcp-proxy ", StringComparison.Ordinal)).ToList();

        Assert.True(examples.Count > 10);
        foreach (var example in examples.Where(example => !example.Contains("~/", StringComparison.Ordinal)))
        {
            Assert.Null(CommandString.Split(example, backslashEscapes: true, out var words));
            var arguments = new GatewayCommandLine(BridgeFlags.All, BridgeFlags.Verbs).Parse(words.Skip(1));
            Assert.Empty(arguments.Errors);
            if (Mode.Choose(arguments, sseUrl: null).BridgeWords is { } bridge)
            {
                Assert.Empty(BridgeCommandLine.Parse(bridge, _ => null).Errors);
            }
        }
    }

    [Fact]
    public void Text_NamesEveryFlagOfTheBridge() =>
        Assert.All(BridgeFlags.All, flag => Assert.Contains(flag.Name, CommandLineHelp.Text, StringComparison.Ordinal));
}
