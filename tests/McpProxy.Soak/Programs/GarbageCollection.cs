using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace McpProxy.Soak.Programs;

/// <summary>
/// Makes another process collect its garbage, so that what stays resident is what it still holds. The runtime does so for a monitor that
/// asks for the heap: https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md, CollectTracing.
/// </summary>
internal static class GarbageCollection
{
    private const string Provider = "Microsoft-Windows-DotNETRuntime";
    private const ulong HeapCollectKeyword = 0x800000;
    private const uint Informational = 4;
    private const uint NetTrace = 1;
    private const byte EventPipeCommands = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing = 2;
    private const int HeaderBytes = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CollectionTime = TimeSpan.FromSeconds(1);

    /// <summary>Collects. What the process does besides, and whether it gives memory back, is its own affair.</summary>
    public static async Task RunAsync(int processId, TimeProvider time)
    {
        var path = Directory.GetFiles(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{processId}-*-socket")).FirstOrDefault();
        if (path is null)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            using var tracing = await ConnectAsync(path, deadline.Token);
            var answer = await AskAsync(tracing, Message(CollectTracing, Payload()), deadline.Token);
            var draining = DrainAsync(tracing, deadline.Token);
            await Task.Delay(CollectionTime, time, deadline.Token);
            using var stopping = await ConnectAsync(path, deadline.Token);
            await AskAsync(stopping, Message(StopTracing, answer), deadline.Token);
            await draining;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            // It is gone, or does not listen: then its memory is looked at as it is.
        }
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return socket;
    }

    /// <summary>Sends a command and returns the 8 bytes of its answer: the session's id.</summary>
    private static async Task<byte[]> AskAsync(Socket socket, byte[] message, CancellationToken cancellationToken)
    {
        await socket.SendAsync(message, cancellationToken);
        var answer = new byte[HeaderBytes + sizeof(ulong)];
        for (var read = 0; read < answer.Length;)
        {
            var now = await socket.ReceiveAsync(answer.AsMemory(read), cancellationToken);
            read += now > 0 ? now : throw new EndOfStreamException();
        }

        return answer[HeaderBytes..];
    }

    private static async Task DrainAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
        {
            // Only the collection was wanted.
        }
    }

    private static byte[] Message(byte command, byte[] payload)
    {
        var message = new byte[HeaderBytes + payload.Length];
        "DOTNET_IPC_V1\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        message[16] = EventPipeCommands;
        message[17] = command;
        payload.CopyTo(message, HeaderBytes);
        return message;
    }

    private static byte[] Payload()
    {
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload);
        writer.Write(1u); // Megabytes of buffer.
        writer.Write(NetTrace);
        writer.Write(1u); // Providers.
        writer.Write(HeapCollectKeyword);
        writer.Write(Informational);
        writer.Write((uint)Provider.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes($"{Provider}\0"));
        writer.Write(0u); // No filter.
        return payload.ToArray();
    }
}
