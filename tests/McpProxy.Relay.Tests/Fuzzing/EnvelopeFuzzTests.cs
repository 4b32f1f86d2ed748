using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>What the scanner accepts of broken messages stays a message for every reader when its ids were replaced.</summary>
public sealed class EnvelopeFuzzTests
{
    [Fact]
    public void Replace_InAnAcceptedMutant_LeavesAMessageOfOneLineWithTheNewTokens() => Seeds.Check(Fuzz.Count(15000), generator =>
    {
        var pool = new MessagePool();
        using (var message = MessageReader.Read(pool, generator.Mutant()).Single)
        {
            if (message is not null)
            {
                Check(message, JsonToken.Read(Encoding.UTF8.GetBytes(generator.Token())), JsonToken.From(generator.Next(1_000_000)));
            }
        }

        Assert.Equal(0, pool.Outstanding);
    });

    private static void Check(Message message, JsonToken id, JsonToken token)
    {
        var (hasId, hasToken) = (!message.Envelope.Id.IsEmpty, !message.Envelope.ProgressToken.IsEmpty);
        message.Replace(message.Envelope.Id, id);
        message.Replace(message.Envelope.ProgressToken, token);
        var written = message.ToArray();

        Assert.DoesNotContain((byte)'\n', written);
        Assert.DoesNotContain((byte)'\r', written);
        Assert.Equal(ScanFault.None, MessageScanner.Scan(written, out var envelope));
        Assert.Equal(hasId ? id.ToString() : "", AsUtf8(EnvelopeText.Cut(written, envelope.Id)));
        Assert.Equal(hasToken ? token.ToString() : "", AsUtf8(EnvelopeText.Cut(written, envelope.ProgressToken)));
        Assert.Equal((message.Envelope.Kind, message.Envelope.Method), (envelope.Kind, envelope.Method));
        using var json = JsonDocument.Parse(written, new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
    }

    /// <summary>One character a byte, as text.</summary>
    private static string AsUtf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
