using System.Diagnostics;
using System.Text;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>
/// Every process that goes back to one program, however it lost its parent: they are known by a folder on their PATH, which even what gets
/// only the default environment inherits. Linux only.
/// </summary>
internal sealed class Remains
{
    private readonly string _mark = $"/nowhere/{Guid.NewGuid():N}";

    /// <summary>All of them that run now but for the program itself.</summary>
    public IReadOnlyList<ProcessIdentity> All => [.. ProcessTree.Running().Where(process => process.Name != "mcp-proxy" && IsMarked(process))];

    /// <summary>The shells that end the others if the program is killed, without what they run at times.</summary>
    public IReadOnlyList<ProcessIdentity> Guards => [.. All.Where(process => process.Name == "sh" && Read(process, "cmdline").Contains("mcp-proxy-guard", StringComparison.Ordinal))];

    /// <summary>The servers and what they have started.</summary>
    public IReadOnlyList<ProcessIdentity> Servers => [.. All.Except(Guards)];

    /// <summary>Marks a program that is about to be started.</summary>
    public void Mark(ProcessStartInfo start) => start.Environment["PATH"] = $"{start.Environment["PATH"]}{Path.PathSeparator}{_mark}";

    /// <summary>Waits until at least so many servers and processes of theirs run.</summary>
    public Task UntilServersAsync(int count, CancellationToken cancellationToken) =>
        Wait.UntilAsync(() => Servers.Count >= count, () => $"only {string.Join(", ", Servers)}", cancellationToken);

    /// <summary>Waits until nothing at all is left, and no guard either.</summary>
    public Task UntilNoneAsync(CancellationToken cancellationToken) =>
        Wait.UntilAsync(() => All.Count == 0, () => $"still alive: {string.Join(", ", All)}", cancellationToken);

    private bool IsMarked(ProcessIdentity process) => Read(process, "environ").Contains(_mark, StringComparison.Ordinal);

    private static string Read(ProcessIdentity process, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process.Id}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It ended meanwhile, or is somebody else's.
        }
    }
}
