using McpProxy.LoadBench;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Subjects;
using McpProxy.StartProfile.Profiles;
using McpProxy.StartProfile.Recording;
using McpProxy.StartProfile.Traces;

namespace McpProxy.StartProfile;

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
        Write(await RecordAsync(cancellationToken));
    }

    private static async Task<IReadOnlyList<string>> RecordAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RecordingPatience);
        var folder = BenchPaths.Published("start-profile");
        Directory.CreateDirectory(folder);
        return await new Session(BenchPaths.Published(SubjectCatalog.Product), folder, Say).RecordAsync(deadline.Token);
    }

    private static void Write(IReadOnlyList<string> traces)
    {
        var methods = new UsedMethods(new SourceAssemblies(BenchPaths.Published(SubjectCatalog.Product)));
        foreach (var trace in traces)
        {
            Say($"reading {Path.GetFileName(trace)}");
            methods.Add(TraceReader.Read(trace));
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

    private static void Say(string line) => Console.Error.WriteLine($"# {line}");
}
