using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>What the fault server has read, and what of it the gateway added.</summary>
internal static partial class SeenLines
{
    /// <summary>The line of a request, as the server read it.</summary>
    public static async Task<string> OfAsync(StreamableHttpWire wire, object id, CancellationToken cancellationToken)
    {
        var answer = await wire.CallAsync("seen", "seen", new { }, cancellationToken);
        var lines = JsonNode.Parse(answer.FirstText())!.AsArray().Select(line => line!.GetValue<string>());
        return lines.Single(line => JsonNode.Parse(line) is { } message && Rpc.RequestWith(id)(message));
    }

    /// <summary>Asserts that a line is what was sent with a context inserted and no other byte changed; gives that context.</summary>
    public static string AssertOnlyTraceparentAdded(string sent, string received)
    {
        foreach (var added in Additions(received))
        {
            if (new[] { $",{added.Value}", $"{added.Value},", added.Value }.Any(text => RemoveAt(received, added.Index, text) == sent))
            {
                return added.Groups["context"].Value;
            }
        }

        Assert.Fail($"More than a context was changed, or none added.{Environment.NewLine}sent:     {sent}{Environment.NewLine}received: {received}");
        return "";
    }

    private static IEnumerable<Match> Additions(string received) =>
        new[] { Member().Matches(received), Meta().Matches(received), Parameters().Matches(received) }.SelectMany(matches => matches);

    // The comma may be on either side of what was inserted.
    private static string? RemoveAt(string received, int index, string text)
    {
        index -= text[0] == ',' ? 1 : 0;
        return index >= 0 && string.CompareOrdinal(received, index, text, 0, text.Length) == 0 ? received.Remove(index, text.Length) : null;
    }

    [GeneratedRegex("\"traceparent\":\"(?<context>00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Member();

    [GeneratedRegex("\"_meta\":\\{\"traceparent\":\"(?<context>00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})\"\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Meta();

    [GeneratedRegex(
        "\"params\":\\{\"_meta\":\\{\"traceparent\":\"(?<context>00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})\"\\}\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameters();
}
