using Microsoft.Extensions.Configuration;

namespace McpProxy.AppHost.Model.Tests;

public sealed class DeployOptionsTests
{
    [Fact]
    public void Read_NothingConfigured_IsAzureWithOneReplica()
    {
        var options = Read();

        Assert.Equal(DeployTarget.Azure, options.Target);
        Assert.Equal(1, options.MaxReplicas);
    }

    [Theory]
    [InlineData("azure", 0)]
    [InlineData("compose", 1)]
    [InlineData("Kubernetes", 2)]
    public void Read_Target_InAnyCase(string text, int target) => Assert.Equal((DeployTarget)target, Read(("Deploy:Target", text)).Target);

    [Theory]
    [InlineData("Deploy:Target", "heroku")]
    [InlineData("Deploy:Target", "7")]
    [InlineData("Deploy:MaxReplicas", "0")]
    [InlineData("Deploy:MaxReplicas", "31")]
    [InlineData("Deploy:MaxReplicas", "many")]
    public void Read_OtherValue_NamesTheKey(string key, string value) =>
        Assert.Contains(key, Assert.Throws<InvalidOperationException>(() => Read((key, value))).Message, StringComparison.Ordinal);

    private static DeployOptions Read(params (string Key, string Value)[] settings) =>
        DeployOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build());
}
