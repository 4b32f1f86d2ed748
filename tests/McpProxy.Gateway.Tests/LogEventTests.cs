using System.Reflection;
using Microsoft.Extensions.Logging;

namespace McpProxy.Gateway.Tests;

public sealed class LogEventTests
{
    private static readonly IReadOnlyList<(MethodInfo Method, LoggerMessageAttribute Message)> All = [.. typeof(GatewayApplication).Assembly
        .GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(method => (Method: method, Message: method.GetCustomAttribute<LoggerMessageAttribute>()!))
        .Where(pair => pair.Message is not null)];

    [Fact]
    public void EventIds_OfTheAssembly_AreUnique()
    {
        Assert.NotEmpty(All);
        Assert.Distinct(All.Select(pair => pair.Message.EventId));
    }

    [Fact]
    public void EventIds_OfAFeature_AreABlockOfAHundred()
    {
        var features = All.GroupBy(pair => pair.Method.DeclaringType!, pair => pair.Message.EventId / 100).ToList();

        Assert.All(features, feature => Assert.Single(feature.Distinct()));
        Assert.Distinct(features.Select(feature => feature.First()));
    }

    [Fact]
    public void Payloads_AreOnlyInMethodsThatSaySoAtTrace() =>
        Assert.All(
            All.Where(pair => pair.Method.Name.EndsWith("Sensitive", StringComparison.Ordinal)),
            pair => Assert.Equal(LogLevel.Trace, pair.Message.Level));
}
