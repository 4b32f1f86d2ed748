using System.Diagnostics.Metrics;
using System.Reflection;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Telemetry;
using Microsoft.Extensions.Logging;

namespace McpProxy.Gateway.Tests;

/// <summary><c>docs/operations.md</c> against the code: what an operator relies on is there, and is called so.</summary>
public sealed class OperationsDocumentTests : GatewayTest
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    [Fact]
    public async Task Metrics_AreEachInIt_WithTheirUnits()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (instruments)
                {
                    instruments.Add(instrument);
                }
            },
        };
        var host = await StartAsync(FaultServer.Shared());
        await host.ConnectAsync();
        listener.Start();

        var ours = instruments.Where(instrument => instrument.Meter.Name == McpTelemetry.Name).DistinctBy(instrument => instrument.Name).ToList();
        Assert.True(ours.Count >= 10, string.Join(' ', ours.Select(instrument => instrument.Name)));
        Assert.All(ours, instrument => Assert.Contains(
            Text.Split('\n'),
            line => line.StartsWith($"| `{instrument.Name}` |", StringComparison.Ordinal)
                && (line.Contains($"`{instrument.Unit}`", StringComparison.Ordinal) || line.Contains($", {instrument.Unit} |", StringComparison.Ordinal))));
    }

    [Fact]
    public void Events_OfWarningsAndErrors_OfBackendsAndSessions_AreEachInIt()
    {
        var events = typeof(GatewayApplication).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Where(message => message.Level >= LogLevel.Warning && message.EventId < 1200)
            .Select(message => $"{message.EventId}")
            .ToList();

        Assert.NotEmpty(events);
        Assert.All(events, id => Assert.Contains(id, Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Durations_ThatCanBeSet_AreEachInIt() =>
        Assert.All(
            typeof(GatewayOptions).GetProperties().Where(property => property.PropertyType == typeof(TimeSpan)),
            property => Assert.Contains($"`{GatewayFlags.All.Single(flag => flag.Key == property.Name).Name}`", Text, StringComparison.Ordinal));
}
