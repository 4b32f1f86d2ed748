using System.Text;

namespace McpProxy.LoadBench.Results;

/// <summary>The report as a person reads it.</summary>
internal static class TextReport
{
    /// <summary>Writes the figures of each workload, a line a subject; the targets that were measured; and what failed.</summary>
    public static string Write(ResultSet results)
    {
        var text = new StringBuilder();
        foreach (var workload in results.All.GroupBy(measurement => measurement.Workload))
        {
            Metric[] metrics = [.. workload.Select(measurement => measurement.Metric).Distinct()];
            string Cell(string subject, Metric metric) => results.Find(workload.Key, subject, metric) is { } value ? Figure.Text(value) : "-";
            Append(
                text,
                [workload.Key, .. metrics.Select(metric => $"{metric.Name} {metric.Unit}".TrimEnd())],
                workload.Select(measurement => measurement.Subject).Distinct()
                    .Select(subject => (string[])[subject, .. metrics.Select(metric => Cell(subject, metric))]));
        }

        Append(
            text,
            ["the product's targets", "measured", "target", ""],
            TargetCatalog.All.SelectMany(target => Row(target, target.Measure(results))));
        foreach (var failure in results.Failures)
        {
            text.Append("failed: ").AppendLine(failure);
        }

        return text.ToString();
    }

    // What was not measured has no row: it was not asked for, or is among the failures.
    private static IEnumerable<string[]> Row(Target target, double? measured) => measured is { } value
        ? [[target.What, $"{Figure.Text(value)} {target.Unit}".TrimEnd(), target.LimitText, target.Limit.Allows(value) ? "reached" : "MISSED"]]
        : [];

    private static void Append(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [head, .. rows];
        var widths = Enumerable.Range(0, head.Length).Select(column => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
        {
            var cells = row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.AppendLine(string.Join("   ", cells).TrimEnd());
        }

        text.AppendLine();
    }
}
