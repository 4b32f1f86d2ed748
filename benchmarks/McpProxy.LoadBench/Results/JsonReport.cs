using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace McpProxy.LoadBench.Results;

/// <summary>The report for programs: every round of every figure.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Writes it.</summary>
    public static string Write(ResultSet results) => JsonSerializer.Serialize(
        new
        {
            When = TimeProvider.System.GetUtcNow(),
            Machine = new
            {
                Environment.ProcessorCount,
                System = RuntimeInformation.OSDescription,
                Runtime = RuntimeInformation.FrameworkDescription,
            },
            Targets = TargetCatalog.All.Select(target => (target, value: target.Measure(results))).Select(row => new
            {
                row.target.What,
                Measured = row.value,
                Target = row.target.LimitText,
                Reached = row.value is { } value ? row.target.Limit.Allows(value) : (bool?)null,
            }),
            Measurements = results.All.Select(measurement => new
            {
                measurement.Workload,
                measurement.Subject,
                Metric = measurement.Metric.Name,
                measurement.Metric.Unit,
                measurement.Median,
                measurement.Rounds,
            }),
            results.Failures,
        },
        Options);
}
