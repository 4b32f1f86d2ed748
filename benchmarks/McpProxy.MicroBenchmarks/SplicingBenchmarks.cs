using System.Buffers;
using BenchmarkDotNet.Attributes;
using McpProxy.Relay.Messages;

namespace McpProxy.MicroBenchmarks;

/// <summary>A message with other tokens in place of its own, written out.</summary>
public class SplicingBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(2_000_000);
    private readonly Message _untouched = MessageSamples.Read(MessageSamples.CallWithMeta);
    private readonly Message _call = MessageSamples.Read(MessageSamples.CallWithMeta);
    private readonly Message _large = MessageSamples.Read(MessageSamples.Result(1_000_000));
    private long _next;

    [Benchmark(Baseline = true)]
    public int AsItIs() => Write(_untouched);

    [Benchmark]
    public int IdAndProgressToken()
    {
        var token = JsonToken.From(++_next);
        _call.Replace(_call.Envelope.Id, token);
        _call.Replace(_call.Envelope.ProgressToken, token);
        return Write(_call);
    }

    [Benchmark]
    public int IdOfAResultOfOneMegabyte()
    {
        _large.Replace(_large.Envelope.Id, JsonToken.From(++_next));
        return Write(_large);
    }

    /// <summary>From bytes to a message and back: what each message costs at least.</summary>
    [Benchmark]
    public int ReadReplaceAndWrite()
    {
        using var message = MessageSamples.Read(MessageSamples.CallWithMeta);
        message.Replace(message.Envelope.Id, JsonToken.From(++_next));
        return Write(message);
    }

    private int Write(Message message)
    {
        _output.ResetWrittenCount();
        return message.WriteTo(_output);
    }
}
