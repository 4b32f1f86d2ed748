using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>Whatever a client calls its requests and their progress, it gets back letter for letter.</summary>
public sealed class IdentifierTests : GatewayTest
{
    private static readonly string[] Spellings =
    [
        "0", "1", "-1", "-0", "1.0", "1e2", "1.5", "9007199254740993", "123456789012345678901234567890",
        "\"\"", "\"1\"", "\"é\"", "\"\\u00e9\"", "\"\\u00E9\"", "\"🔑\"", "\"\\ud83d\\udd11\"", "\"a/b\"", "\"a\\/b\"", "\"<&'+`>\"", "\" \\t\\\"\\\\ \"",
        $"\"{new string('x', 1000)}\"", $"\"{new string('é', 500)}\"",
    ];

    [Theory]
    [InlineData(nameof(SharingMode.Shared), null)]
    [InlineData(nameof(SharingMode.Dedicated), null)]
    [InlineData(nameof(SharingMode.Shared), "--unicode-escape")]
    [InlineData(nameof(SharingMode.Dedicated), "--unicode-escape")]
    public async Task IdAndToken_AnySpelling_ComeBackAsSent(string sharing, string? flag)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), flag is null ? [] : [flag]));
        var client = await host.ConnectAsync();

        foreach (var spelling in Spellings)
        {
            var messages = (await client.PostAsync(Rpc.Call("notify", """{"count":2}""", id: spelling, token: spelling))).Messages;

            Assert.Equal([spelling, spelling], messages.SkipLast(1).Select(message => message.Params().GetProperty("progressToken").GetRawText()));
            Assert.Equal((spelling, "notified"), (messages[^1].Id(), messages[^1].Text()));
        }
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Ids_ThatOnlyLookAlike_AreDifferentRequests(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--unicode-escape"));
        var client = await host.ConnectAsync();
        string[] alike = ["1", "\"1\"", "1.0", "1e0", "\"\\u0031\"", "\"é\"", "\"\\u00e9\"", "\"\\u00E9\""];

        var answers = await Task.WhenAll(alike.Select((id, i) => client.RequestAsync(Rpc.Call("sleep", $$"""{"ms":{{100 - i}}}""", id))));

        Assert.Equal(alike, answers.Select(answer => answer.Id()));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Cancelled_IdThatTheBackendSpellsItsOwnWay_IsCancelled(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)));
        var client = await host.ConnectAsync();
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", id: "\"é\""));

        await client.PostAsync(Rpc.Cancelled("\"é\""));

        var answer = await sleeping.ReadResponseAsync();
        Assert.Equal(("\"é\"", -32800), (answer.Id(), answer.ErrorCode()));
    }
}
