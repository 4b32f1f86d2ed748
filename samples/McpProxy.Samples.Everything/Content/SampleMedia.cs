using System.Text;
using ModelContextProtocol.Protocol;

namespace McpProxy.Samples.Everything.Content;

/// <summary>The smallest valid image and sound.</summary>
internal static class SampleMedia
{
    // A PNG of one red pixel.
    private const string PngBase64 =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC";

    public static ReadOnlyMemory<byte> Png { get; } = Convert.FromBase64String(PngBase64);

    /// <summary>A WAV file: 8 kHz, mono, 16 bits, four silent samples.</summary>
    public static ReadOnlyMemory<byte> Wav { get; } = BuildWav();

    public static ImageContentBlock Image => ImageContentBlock.FromBytes(Png, "image/png");

    public static AudioContentBlock Audio => AudioContentBlock.FromBytes(Wav, "audio/wav");

    private static byte[] BuildWav()
    {
        const int SampleRate = 8000;
        const short BytesPerSample = 2;
        var samples = new byte[4 * BytesPerSample];

        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file, Encoding.ASCII);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(SampleRate);
        writer.Write(SampleRate * BytesPerSample);
        writer.Write(BytesPerSample);
        writer.Write((short)(8 * BytesPerSample));
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        writer.Flush();
        return file.ToArray();
    }
}
