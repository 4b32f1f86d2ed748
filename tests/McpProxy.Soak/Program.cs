using McpProxy.Soak;
using McpProxy.Soak.Results;

// soak [--seed N] [--sessions N | --duration 10m] [--parallel N] [--idle SECONDS] [--json FILE] [--logs FOLDER]
if (!SoakOptions.TryParse(args, out var options, out var mistake))
{
    await Console.Error.WriteLineAsync(mistake);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

var report = await SoakRun.RunAsync(options, line => Console.Out.WriteLine(line), stop.Token);
await Console.Out.WriteAsync(ReportText.Write(report));
if (options.JsonFile is { } file)
{
    await File.WriteAllTextAsync(file, ReportText.WriteJson(report));
}

return report.Problems.Count == 0 ? 0 : 1;
