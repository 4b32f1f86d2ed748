using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class ScanFaultsTests
{
    [Fact]
    public void Describe_EveryFault_IsASentenceOfItsOwn()
    {
        var texts = Enum.GetValues<ScanFault>().Select(fault => fault.Describe()).ToList();

        Assert.Distinct(texts);
        Assert.All(texts, text => Assert.EndsWith(".", text));
    }

    // JSON-RPC 2.0, section 5.1: -32700 is invalid JSON, -32600 JSON that is not a valid request object.
    [Fact]
    public void Code_EveryFault_TellsWhatIsNotJsonFromWhatIsNoMessage()
    {
        ScanFault[] notJson = [ScanFault.NotJson, ScanFault.TooDeep];

        Assert.All(Enum.GetValues<ScanFault>(), fault => Assert.Equal(notJson.Contains(fault) ? -32700 : -32600, fault.Code()));
    }
}
