using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class CommandStringTests
{
    // What a POSIX shell, and Python's shlex, make of the same string.
    [Theory]
    [InlineData("uvx mcp-server-fetch", "uvx|mcp-server-fetch")]
    [InlineData("  a \t b\r\nc  ", "a|b|c")]
    [InlineData("a 'b c' \"d e\"", "a|b c|d e")]
    [InlineData("a''b \"\" ''", "ab||")]
    [InlineData("a\\ b c\\\\d", "a b|c\\d")]
    [InlineData("'a\\b' \"c\\d\" \"e\\\"f\" \"g\\\\h\"", "a\\b|c\\d|e\"f|g\\h")]
    [InlineData("--x='y z'w", "--x=y zw")]
    [InlineData("a #b $HOME *", "a|#b|$HOME|*")]
    [InlineData("\"it's\" 'say \"hi\"'", "it's|say \"hi\"")]
    public void Split_PosixQuoting_IsThatOfAShell(string text, string expected)
    {
        Assert.Null(CommandString.Split(text, backslashEscapes: true, out var words));
        Assert.Equal(expected.Split('|'), words);
    }

    [Theory]
    [InlineData(@"C:\tools\server.exe --dir C:\data\", @"C:\tools\server.exe|--dir|C:\data\")]
    [InlineData("\"C:\\Program Files\\server.exe\" \\\\host\\share", @"C:\Program Files\server.exe|\\host\share")]
    [InlineData("a \"b \\\"c\\\" d\"", "a|b \"c\" d")]
    public void Split_WindowsQuoting_KeepsBackslashes(string text, string expected)
    {
        Assert.Null(CommandString.Split(text, backslashEscapes: false, out var words));
        Assert.Equal(expected.Split('|'), words);
    }

    [Theory]
    [InlineData("a 'b", "has no closing '")]
    [InlineData("a \"b", "has no closing \"")]
    [InlineData("a \\", "ends in a backslash that protects nothing")]
    public void Split_Unfinished_SaysWhatIsMissing(string text, string mistake) =>
        Assert.Equal(mistake, CommandString.Split(text, backslashEscapes: true, out _));

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void Split_Blank_HasNoWords(string text)
    {
        Assert.Null(CommandString.Split(text, backslashEscapes: true, out var words));
        Assert.Empty(words);
    }
}
