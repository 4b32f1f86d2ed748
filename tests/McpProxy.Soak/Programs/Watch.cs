namespace McpProxy.Soak.Programs;

/// <summary>What a gateway takes of the machine, over time.</summary>
internal sealed class Watch(string name, GatewayProgram gateway)
{
    public string Name => name;

    public GatewayProgram Gateway => gateway;

    /// <summary>Before the first session, when all servers run.</summary>
    public Sample First { get; private set; } = new(0, 0, 0);

    /// <summary>The most of each.</summary>
    public Sample Peak { get; private set; } = new(0, 0, 0);

    public Sample Last { get; private set; } = new(0, 0, 0);

    public void Begin()
    {
        Look();
        First = Last;
    }

    public void Look()
    {
        Last = ProcessFiles.Read(gateway.Id);
        Peak = Peak.Max(Last with { ResidentKilobytes = ProcessFiles.PeakKilobytes(gateway.Id) });
    }
}
