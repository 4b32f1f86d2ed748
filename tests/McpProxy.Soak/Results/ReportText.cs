using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using McpProxy.Soak.Programs;

namespace McpProxy.Soak.Results;

/// <summary>Writes a report for people and for programs.</summary>
internal static class ReportText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(Report report)
    {
        var text = new StringBuilder();
        text.AppendLine($"soak: seed {report.Options.Seed}, {report.Sessions} sessions, {report.Ledger.Begun} calls, {report.Reloads} reloads, {report.Took.TotalSeconds:0} s");
        text.AppendLine($"{"kind",-28} {"answered",8} {"error",6} {"refused",7} {"left",5} {"cut",4} {"lost",4} {"wrong",5}   {"p50 ms",8} {"p90",8} {"p99",8} {"max",8}");
        foreach (var (kind, tally) in report.Ledger.Kinds)
        {
            int Of(Outcome outcome) => tally.Outcomes.GetValueOrDefault(outcome);
            text.AppendLine(
                $"{kind,-28} {Of(Outcome.Answered),8} {Of(Outcome.Error),6} {Of(Outcome.Refused),7} {Of(Outcome.Left),5} {Of(Outcome.Cut),4} {Of(Outcome.Lost),4} {Of(Outcome.Wrong),5}"
                + $"   {tally.Percentile(50),8} {tally.Percentile(90),8} {tally.Percentile(99),8} {tally.Percentile(100),8}");
        }

        foreach (var (reason, count) in Reasons(report))
        {
            text.AppendLine($"{count,6} x {reason}");
        }

        foreach (var watch in report.Watches)
        {
            text.AppendLine($"{watch.Name}: first {watch.First}; peak {watch.Peak}; last {watch.Last}; growth {watch.GrowthKilobytes() / 1024} MB");
        }

        text.AppendLine(report.Problems.Count == 0 ? "nothing is lost or left" : $"{report.Problems.Count} problems:");
        return text.AppendJoin("", report.Problems.Select(problem => $"  {problem}{Environment.NewLine}")).ToString();
    }

    public static string WriteJson(Report report) => new JsonObject
    {
        ["seed"] = report.Options.Seed,
        ["sessions"] = report.Sessions,
        ["calls"] = report.Ledger.Begun,
        ["reloads"] = report.Reloads,
        ["seconds"] = Math.Round(report.Took.TotalSeconds, 1),
        ["kinds"] = new JsonObject(report.Ledger.Kinds.Select(kind => KeyValuePair.Create(kind.Key, (JsonNode?)Json(kind.Value)))),
        ["reasons"] = new JsonObject(Reasons(report).Select(reason => KeyValuePair.Create(reason.Reason, (JsonNode?)reason.Count))),
        ["programs"] = new JsonObject(report.Watches.Select(watch => KeyValuePair.Create(watch.Name, (JsonNode?)Json(watch)))),
        ["problems"] = new JsonArray([.. report.Problems.Select(problem => JsonValue.Create(problem))]),
    }.ToJsonString(Indented);

    private static IEnumerable<(string Reason, int Count)> Reasons(Report report) => report.Ledger.Kinds.Values
        .SelectMany(tally => tally.Reasons)
        .GroupBy(reason => reason.Key, StringComparer.Ordinal)
        .Select(group => (group.Key, group.Sum(reason => reason.Value)))
        .OrderByDescending(reason => reason.Item2);

    private static JsonObject Json(KindTally tally) => new()
    {
        ["outcomes"] = new JsonObject(tally.Outcomes.Select(outcome => KeyValuePair.Create($"{outcome.Key}".ToLowerInvariant(), (JsonNode?)outcome.Value))),
        ["milliseconds"] = new JsonObject(((int[])[50, 90, 99, 100]).Select(percent => KeyValuePair.Create($"p{percent}", (JsonNode?)tally.Percentile(percent)))),
    };

    private static JsonObject Json(Watch watch) => new() { ["first"] = Json(watch.First), ["peak"] = Json(watch.Peak), ["last"] = Json(watch.Last), ["growthKilobytes"] = watch.GrowthKilobytes() };

    private static JsonObject Json(Sample sample) =>
        new() { ["residentKilobytes"] = sample.ResidentKilobytes, ["descriptors"] = sample.Descriptors, ["threads"] = sample.Threads };
}
