namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>The comparison that other tests rely on finds every byte that was changed besides.</summary>
public sealed class SeenLinesTests
{
    private const string Context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData("""{"params":{"a":1}}""", """{"params":{"_meta":{CONTEXT},"a":1}}""")]
    [InlineData("""{"params":{"a":1}}""", """{"params":{"a":1,"_meta":{CONTEXT}}}""")]
    [InlineData("""{"params":{}}""", """{"params":{"_meta":{CONTEXT}}}""")]
    [InlineData("""{"id":1}""", """{"id":1,"params":{"_meta":{CONTEXT}}}""")]
    [InlineData("""{"params":{"_meta":{"t":1}}}""", """{"params":{"_meta":{"t":1,CONTEXT}}}""")]
    [InlineData("""{"params":{"_meta":{ }}}""", """{"params":{"_meta":{CONTEXT }}}""")]
    public void AssertOnlyTraceparentAdded_NothingElseChanged_GivesTheContext(string sent, string received) =>
        Assert.Equal(Context, SeenLines.AssertOnlyTraceparentAdded(sent, WithContext(received)));

    [Theory]
    [InlineData("""{"params":{"a":1}}""", """{"params":{"a":1}}""")]
    [InlineData("""{"params":{"a":1}}""", """{"params":{"a":1.0,"_meta":{CONTEXT}}}""")]
    [InlineData("""{"params":{"a":1}}""", """{"params":{"a":1,,"_meta":{CONTEXT}}}""")]
    [InlineData("""{"params":{"a":1}}""", """{"params":{"a":1 ,"_meta":{CONTEXT}}}""")]
    [InlineData("""{"params":{"_meta":{"t":1}}}""", """{"params":{"_meta":{CONTEXT}}}""")]
    public void AssertOnlyTraceparentAdded_MoreChanged_Fails(string sent, string received) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => SeenLines.AssertOnlyTraceparentAdded(sent, WithContext(received)));

    private static string WithContext(string line) => line.Replace("CONTEXT", $"\"traceparent\":\"{Context}\"", StringComparison.Ordinal);
}
