using McpProxy.Soak.Programs;
using McpProxy.Soak.Results;

namespace McpProxy.Soak;

/// <summary>What must be as it was before, when every client is gone.</summary>
internal sealed class Aftermath(Watch[] watches, ServersFile servers, Ledger ledger, TimeProvider time, TimeSpan idleTimeout)
{
    /// <summary>Three for each of the processes that may be there now and were not at first, and the runtime's own.</summary>
    private const int DescriptorSlack = 12;

    /// <summary>
    /// What may stay resident above the beginning: pools keep what large messages took, and the runtime gives memory back when it likes.
    /// It levels off within some hundred sessions; growth from there on is looked at by itself.
    /// </summary>
    private const long MemorySlackKilobytes = 400 * 1024;

    /// <summary>What the last quarter of a run may take more than the second.</summary>
    private const long GrowthSlackKilobytes = 100 * 1024;

    /// <summary>The spare of the server with sharing "auto", which there is once a session had a process of its own.</summary>
    private const int MoreProcesses = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private int _processes;

    /// <summary>Notes how it is before the first session.</summary>
    public async Task RememberAsync(CancellationToken cancellationToken)
    {
        foreach (var watch in watches)
        {
            await watch.Gateway.StatusAsync(cancellationToken);
            await GarbageCollection.RunAsync(watch.Gateway.Id, time);
            watch.Begin();
        }

        _processes = ProcessFiles.Marked(servers.Marker).Count;
    }

    /// <summary>Waits until it is as before, stops the gateways, and reports what is left.</summary>
    public async Task CheckAsync(int farPort)
    {
        var since = time.GetTimestamp();
        IReadOnlyList<string> left;
        do
        {
            await Task.Delay(Pause, time, CancellationToken.None);
            left = await FindLeftAsync(farPort);
        }
        while (left.Count > 0 && time.GetElapsedTime(since) < idleTimeout + Grace);

        foreach (var watch in watches)
        {
            if (watch.GrowthKilobytes() > GrowthSlackKilobytes)
            {
                ledger.Report($"{watch.Name}: memory grew by {watch.GrowthKilobytes()} KB between the second and the last quarter of the run");
            }

            await CollectAsync(watch);
            if (watch.Last.ResidentKilobytes > watch.First.ResidentKilobytes + MemorySlackKilobytes)
            {
                ledger.Report($"{watch.Name}: {watch.Last.ResidentKilobytes} KB are resident, {watch.First.ResidentKilobytes} KB were at first");
            }
        }

        foreach (var item in left)
        {
            ledger.Report($"left after {time.GetElapsedTime(since).TotalSeconds:0} s: {item}");
        }

        await StopAsync();
        if (ledger.Open > 0)
        {
            ledger.Report($"{ledger.Open} calls without an outcome");
        }
    }

    /// <summary>Twice: what the first frees, the second gives back.</summary>
    private async Task CollectAsync(Watch watch)
    {
        await GarbageCollection.RunAsync(watch.Gateway.Id, time);
        await GarbageCollection.RunAsync(watch.Gateway.Id, time);
        watch.Look();
    }

    private async Task StopAsync()
    {
        foreach (var watch in watches)
        {
            try
            {
                var code = await watch.Gateway.StopAsync(CancellationToken.None);
                if (code != 0)
                {
                    ledger.Report($"{watch.Name} ended with code {code}");
                }
            }
            catch (OperationCanceledException)
            {
                ledger.Report($"{watch.Name} did not stop");
            }
        }

        if (ProcessFiles.Marked(servers.Marker) is { Count: > 0 } processes)
        {
            ledger.Report($"processes left: {string.Join("; ", processes.Select(ProcessFiles.Describe))}");
        }
    }

    private async Task<IReadOnlyList<string>> FindLeftAsync(int farPort)
    {
        var left = new List<string>();
        foreach (var watch in watches)
        {
            var status = await watch.Gateway.StatusAsync(CancellationToken.None);
            Expect(status.GetProperty("sessions").GetInt32(), watch == watches[0] ? 0 : null, $"{watch.Name}: sessions");
            foreach (var server in status.GetProperty("servers").EnumerateObject())
            {
                Expect(server.Value.GetProperty("inFlight").GetInt32(), 0, $"{watch.Name}: calls in flight at {server.Name}");
            }

            // What the gateway keeps open towards the far one is a pool, and no stream of a client.
            var connections = ProcessFiles.Connections(watch.Gateway.Id);
            var pooled = connections.Count(connection => connection.Remote == farPort || connection.Local == farPort);
            Expect(connections.Count - pooled, 0, $"{watch.Name}: connections");
            var descriptors = watch.CountMoreDescriptors() - pooled;
            if (descriptors > DescriptorSlack)
            {
                left.Add($"{watch.Name}: {descriptors} more descriptors than at first: {watch.DescribeMoreDescriptors()}");
            }
        }

        var processes = ProcessFiles.Marked(servers.Marker);
        if (processes.Count > _processes + MoreProcesses + (servers.Rounds % 2))
        {
            left.Add($"backend processes: {processes.Count}, {_processes} were at first: {string.Join("; ", processes.Select(ProcessFiles.Describe))}");
        }

        return left;

        void Expect(int found, int? wanted, string what)
        {
            if (wanted is { } number && found != number)
            {
                left.Add($"{what}: {found} instead of {number}");
            }
        }
    }
}
