using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class SettingTextTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("30S", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("500ms", 500)]
    [InlineData("1h", 3_600_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("90", 90_000)]
    [InlineData("0", 0)]
    [InlineData("1.5", 1_500)]
    [InlineData(" 30 s ", 30_000)]
    [InlineData("00:01:30", 90_000)]
    [InlineData("01:00:00.5", 3_600_500)]
    [InlineData("1.00:00:00", 86_400_000)]
    public void TryReadDuration_Durations_AreRead(string text, double milliseconds)
    {
        Assert.True(SettingText.TryReadDuration(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5")]
    [InlineData("-00:00:05")]
    [InlineData("5:30")]
    [InlineData("5x")]
    [InlineData("1.2.3")]
    [InlineData("1h30m")]
    [InlineData("soon")]
    [InlineData("999999999999999d")]
    [InlineData("99999999999999999999")]
    public void TryReadDuration_OtherText_IsRefused(string text) => Assert.False(SettingText.TryReadDuration(text, out _));

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("64MB", 64_000_000)]
    [InlineData("512kb", 512_000)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("1M", 1_048_576)]
    [InlineData("1.5K", 1_536)]
    [InlineData("1 GiB", 1_073_741_824)]
    [InlineData("100B", 100)]
    [InlineData("999GB", int.MaxValue)]
    [InlineData("999999999999999G", int.MaxValue)]
    public void TryReadSize_Sizes_AreRead(string text, int expected)
    {
        Assert.True(SettingText.TryReadSize(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1")]
    [InlineData("1TB")]
    [InlineData("1,5K")]
    public void TryReadSize_OtherText_IsRefused(string text) => Assert.False(SettingText.TryReadSize(text, out _));

    [Theory]
    [InlineData("true", true)]
    [InlineData("YES", true)]
    [InlineData("1", true)]
    [InlineData("off", false)]
    [InlineData("False", false)]
    public void TryReadSwitch_Switches_AreRead(string text, bool expected)
    {
        Assert.True(SettingText.TryReadSwitch(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("maybe")]
    public void TryReadSwitch_OtherText_IsRefused(string text) => Assert.False(SettingText.TryReadSwitch(text, out _));

    [Theory]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("both")]
    public void TryReadSharing_OtherText_IsRefused(string text) => Assert.False(SharingModeName.TryRead(text, out _));

    [Theory]
    [InlineData("*")]
    [InlineData("null")]
    [InlineData("https://app.example.com")]
    [InlineData("http://localhost:6274")]
    [InlineData("http://[::1]:80")]
    [InlineData("vscode-webview://abc")]
    [InlineData("chrome-extension://abcdef")]
    public void IsOrigin_Origins_AreTaken(string word) => Assert.True(Origin.IsOrigin(word));

    [Theory]
    [InlineData("uvx")]
    [InlineData("http://remote/sse")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://user@app.example.com")]
    [InlineData("C:\\tools\\server.exe")]
    [InlineData("/usr/bin/server")]
    [InlineData("localhost:3000")]
    [InlineData("")]
    public void IsOrigin_OtherWords_AreNot(string word) => Assert.False(Origin.IsOrigin(word));
}
