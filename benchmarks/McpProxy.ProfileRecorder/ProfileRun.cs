using McpProxy.LoadBench;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Subjects;
using McpProxy.ProfileRecorder.Profiles;
using McpProxy.ProfileRecorder.Recording;
using McpProxy.ProfileRecorder.Traces;

namespace McpProxy.ProfileRecorder;

/// <summary>A run: publish, record, write.</summary>
internal static class ProfileRun
{
    /// <summary>Fewer methods than this are not even a start: something was recorded wrongly.</summary>
    private const int FewestMethods = 2_000;

    private static readonly TimeSpan RecordingPatience = TimeSpan.FromMinutes(2);

    /// <summary>Writes <c>Program.mibc</c> anew.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new BenchException("The gateway is stopped with SIGTERM: record on Linux or macOS. The profile is good for every platform.");
        }

        var preparation = new Preparation(Say);
        await preparation.PublishAsync("samples/McpProxy.Samples.Echo", "echo", cancellationToken);
        await preparation.PublishAsync("McpProxy.Cli", SubjectCatalog.Product, cancellationToken);
        Write(await RecordAsync(RecordingPlan.Use, cancellationToken), await RecordAsync(RecordingPlan.Counts, cancellationToken));
    }

    private static async Task<IReadOnlyList<string>> RecordAsync(RecordingPlan recording, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RecordingPatience);
        var folder = BenchPaths.Published("profile");
        Directory.CreateDirectory(folder);
        return await new Session(BenchPaths.Published(SubjectCatalog.Product), folder, recording, Say).RecordAsync(deadline.Token);
    }

    private static void Write(IReadOnlyList<string> traces, IReadOnlyList<string> counts)
    {
        var methods = new UsedMethods(new SourceAssemblies(BenchPaths.Published(SubjectCatalog.Product)));
        foreach (var trace in traces)
        {
            methods.Add(Read(trace));
        }

        foreach (var trace in counts)
        {
            methods.AddCounts(Read(trace), RecordingPlan.Counts.Calls);
        }

        if (methods.All.Count < FewestMethods)
        {
            throw new BenchException($"Only {methods.All.Count} methods were found in use.{Environment.NewLine}{methods.Skipped}");
        }

        var file = Path.Combine(BenchPaths.Root, "Program.mibc");
        var image = ProfileImage.Create(methods.All);
        File.WriteAllBytes(file, image);
        Say($"{file}: {methods.All.Count} methods, {image.Length / 1024} KB.{Environment.NewLine}{methods.Skipped}");
    }

    private static RecordedTrace Read(string trace)
    {
        Say($"reading {Path.GetFileName(trace)}");
        return TraceReader.Read(trace);
    }

    private static void Say(string line) => Console.Error.WriteLine($"# {line}");
}
