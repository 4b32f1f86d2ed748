using System.Net.Sockets;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench;

/// <summary>What workloads work with.</summary>
internal sealed record BenchContext
{
    /// <summary>How often at most something is measured for which a subject is started anew.</summary>
    private const int MaxStarts = 5;

    /// <summary>Whom they measure.</summary>
    public required IReadOnlyList<GatewaySubject> Gateways { get; init; }

    /// <summary>Those of them that are measured where clients speak Streamable HTTP.</summary>
    public IEnumerable<GatewaySubject> HttpGateways => Gateways.Where(gateway => gateway.OnlyWire is null or Wire.Http);

    /// <summary>Those of them that know MCP.</summary>
    public IEnumerable<GatewaySubject> Proxies => Gateways.Where(gateway => gateway.IsProxy);

    /// <summary>Which bridges they measure.</summary>
    public required IReadOnlyList<BridgeSubject> Bridges { get; init; }

    /// <summary>The gateway that bridges connect to.</summary>
    public required GatewaySubject Remote { get; init; }

    /// <summary>How often each is measured, in turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>How often each is started and measured, where each measurement needs a fresh one.</summary>
    public int Starts => Math.Min(Rounds, MaxStarts);

    /// <summary>How long one measurement of load takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long a subject is under load before it is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>Where the figures go.</summary>
    public ResultSet Results { get; } = new();

    /// <summary>Tells the user what is going on.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Does something with a subject. If it fails, the report says why, and the others go on.</summary>
    /// <returns>Whether it went well.</returns>
    public async Task<bool> TryAsync(string workload, string subject, Func<Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await action();
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Results.Fail(workload, subject, "it took too long");
        }
        catch (Exception e) when (e is BenchException or SocketException or IOException)
        {
            Results.Fail(workload, subject, e.Message);
        }

        return false;
    }
}
