using System.Reflection;
using McpProxy.Gateway.Errors;

namespace McpProxy.Gateway.Tests.Errors;

public sealed class ProxyFaultTests
{
    public static TheoryData<string> All { get; } = [.. Faults.Keys];

    private static Dictionary<string, ProxyFault> Faults => typeof(ProxyFault)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(member => member.FieldType == typeof(ProxyFault))
        .ToDictionary(member => member.Name, member => (ProxyFault)member.GetValue(null)!, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public void Code_OfOurs_IsNoneByWhichClientsKnowAModernServer(string name)
    {
        // MCP 2026-07-28, basic, error codes: HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion.
        int[] modern = [-32020, -32021, -32022];

        Assert.Equal(name == nameof(ProxyFault.HeaderMismatch), modern.Contains(Faults[name].Code));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Text_Any_IsASentenceAndNothingElse(string name)
    {
        string[] ofTheReference = [nameof(ProxyFault.MissingSessionId), nameof(ProxyFault.InvalidSessionId), nameof(ProxyFault.SseSessionNotFound)];

        Assert.Matches(ofTheReference.Contains(name) ? "^[A-Za-z_ ]+$" : @"^[A-Z][^\r\n{}]+[.?]$", Faults[name].Text);
    }
}
