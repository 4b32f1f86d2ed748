namespace McpProxy.Soak.Plan;

/// <summary>A server of the gateway under test.</summary>
/// <param name="Name">Its name in the servers file.</param>
/// <param name="Weight">How often sessions are with it, relative to others.</param>
/// <param name="IsSample">Whether it is the sample server on the SDK, else the fault server.</param>
/// <param name="IsFragile">Whether it is no loss when its process ends: one session, or one entry that is reloaded anyway.</param>
/// <param name="IsReloaded">Whether its entry changes now and then, which ends its sessions.</param>
internal sealed record Server(string Name, int Weight, bool IsSample = false, bool IsFragile = false, bool IsReloaded = false)
{
    public static IReadOnlyList<Server> All { get; } =
    [
        new("shared", 35),
        new("auto", 20),
        new("dedicated", 8, IsFragile: true),
        new("sample", 7, IsSample: true),
        new("remote-shared", 12),
        new("remote-dedicated", 8),
        new("reloaded", 10, IsFragile: true, IsReloaded: true),
    ];
}
