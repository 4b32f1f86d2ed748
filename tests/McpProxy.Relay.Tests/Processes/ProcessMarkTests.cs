using McpProxy.Relay.Processes;

namespace McpProxy.Relay.Tests.Processes;

public sealed class ProcessMarkTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("outer/child")]
    public void Put_ForTwoChildren_NamesTheRunAndEachAndWhoeverIsAbove(string? inherited)
    {
        var mark = new ProcessMark(inherited);
        Dictionary<string, string?> first = [], second = [];

        var (one, two) = (mark.Put(first), mark.Put(second));

        var above = string.IsNullOrEmpty(inherited) ? "" : $"{inherited}/";
        Assert.Equal($"{above}{mark.Run}/{one}", first[ProcessMark.Name]);
        Assert.Equal($"{above}{mark.Run}/{two}", second[ProcessMark.Name]);
        Assert.NotEqual(one, two);
    }
}
