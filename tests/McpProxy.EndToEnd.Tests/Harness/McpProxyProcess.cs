using System.Diagnostics;
using System.Text.RegularExpressions;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>The built <c>mcp-proxy</c>, serving on a loopback port that it chose itself.</summary>
internal sealed partial class McpProxyProcess : IAsyncDisposable
{
    // What a developer's or a CI's own environment may hold and what would change the program's behaviour.
    private static readonly string[] Disturbing =
        ["SSE_URL", "API_ACCESS_TOKEN", "ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    private readonly CapturedProcess _process;

    private McpProxyProcess(CapturedProcess process, Uri root)
    {
        _process = process;
        Root = root;
    }

    /// <summary>Scheme, host and port of the banner.</summary>
    public Uri Root { get; }

    /// <summary>The Streamable HTTP endpoint of the default server.</summary>
    public Uri Mcp => new(Root, "/mcp");

    /// <summary>The HTTP+SSE endpoint of the default server.</summary>
    public Uri Sse => new(Root, "/sse");

    public int Id => _process.Id;

    public IReadOnlyList<string> Output => _process.Output;

    public IReadOnlyList<string> Errors => _process.Errors;

    public Uri Named(string name, string endpoint) => new(Root, $"/servers/{name}/{endpoint}");

    /// <summary>Starts it with these arguments and waits until it says where it listens.</summary>
    public static async Task<McpProxyProcess> StartAsync(
        IEnumerable<string> arguments, CancellationToken cancellationToken, Action<ProcessStartInfo>? configure = null)
    {
        var process = Run(arguments, configure);
        try
        {
            var root = await Wait.UntilAsync(
                () => ValueTask.FromResult(FindRoot(process.Errors)),
                root => root is not null || process.HasExited,
                () => $"no URL on stderr.{Environment.NewLine}{process.Describe()}",
                cancellationToken);
            return new McpProxyProcess(
                process,
                root ?? throw new InvalidOperationException($"It exited before it listened.{Environment.NewLine}{process.Describe()}"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on a free port in front of one command.</summary>
    public static Task<McpProxyProcess> ServeAsync(
        IReadOnlyList<string> backend, CancellationToken cancellationToken, params IReadOnlyList<string> options) =>
        StartAsync(["--port", "0", .. options, "--", .. backend], cancellationToken);

    /// <summary>Runs it without waiting for anything.</summary>
    public static CapturedProcess Run(IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null)
    {
        var start = new ProcessStartInfo(ArtifactPaths.McpProxy, arguments) { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var name in Disturbing.Concat(start.Environment.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)).ToList()))
        {
            start.Environment.Remove(name);
        }

        configure?.Invoke(start);
        return new CapturedProcess(start);
    }

    /// <summary>Stops it as a service manager does, and tells its exit code.</summary>
    public Task<int> StopAsync(CancellationToken cancellationToken) => SignalAsync(Posix.Terminate, cancellationToken);

    public Task<int> SignalAsync(int signal, CancellationToken cancellationToken) => SignalAsync(_process.Id, signal, cancellationToken);

    /// <summary>Signals the process group that it leads, as a terminal does.</summary>
    public Task<int> SignalGroupAsync(int signal, CancellationToken cancellationToken) => SignalAsync(-_process.Id, signal, cancellationToken);

    private async Task<int> SignalAsync(int target, int signal, CancellationToken cancellationToken)
    {
        Posix.Signal(target, signal);
        return await _process.WaitForExitAsync(cancellationToken);
    }

    public IReadOnlyList<ProcessIdentity> Descendants() => ProcessTree.Descendants(_process.Id);

    public string Describe() => _process.Describe();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Uri? FindRoot(IEnumerable<string> lines) =>
        lines.Select(line => BannerUrl().Match(line)).FirstOrDefault(match => match.Success) is { } banner
            ? new Uri(banner.Groups["root"].Value)
            : null;

    [GeneratedRegex(
        @"(?<root>https?://[^\s/]+:[1-9][0-9]*)/([^\s/]+/)*(mcp|sse)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BannerUrl();
}
