using System.Buffers.Binary;
using System.Net.Sockets;
using McpProxy.CostProbe;

/// <summary>
/// What the runtime calls before a program's own code. Whoever connects to the Unix socket at the path <c>COST_PROBE</c> is told eight bytes, and cut off: how
/// many bytes the process has allocated; or with <c>COST_PROBE_RENTS</c>, how many it has rented from the shared array pool.
/// </summary>
internal static class StartupHook
{
    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("COST_PROBE") is not { Length: > 0 } path)
        {
            return;
        }

        var rents = Environment.GetEnvironmentVariable("COST_PROBE_RENTS") is { Length: > 0 } ? new ArrayRents() : null;
        new Thread(() => Serve(path, rents)) { IsBackground = true, Name = "cost probe" }.Start();
    }

    private static void Serve(string path, ArrayRents? rents)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var answer = new byte[sizeof(long)];
        while (true)
        {
            using var client = listener.Accept();
            BinaryPrimitives.WriteInt64LittleEndian(answer, rents?.Bytes ?? GC.GetTotalAllocatedBytes(precise: true));
            try
            {
                client.Send(answer);
            }
            catch (SocketException)
            {
                // Whoever asked has left.
            }
        }
    }
}
