namespace McpProxy.AppHost.Model.Tests;

public sealed class BackendNameTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("everything-npm")]
    [InlineData("My_Server2")]
    public void Check_NameThatIsSafeEverywhere_GivesItBack(string name) => Assert.Equal(name, BackendName.Check(name));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a.b")]
    [InlineData("é")]
    [InlineData("a__b")]
    [InlineData("_a")]
    [InlineData("a_")]
    public void Check_OtherName_Throws(string name) => Assert.Throws<ArgumentException>(() => BackendName.Check(name));
}
