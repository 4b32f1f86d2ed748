using System.Buffers;
using System.Runtime.CompilerServices;

namespace McpProxy.Relay.Messages;

/// <summary>
/// One JSON-RPC message: its UTF-8 bytes as they came in, its envelope, and what is to stand in place of some of its tokens when it
/// goes out. It has one owner at a time; whoever receives it disposes it.
/// </summary>
public sealed class Message : IDisposable
{
    private const int MaxReplacements = 4;

    private readonly MessagePool _pool;
    private readonly int _bodyLength;
    private readonly Envelope _envelope;
    private byte[]? _buffer;
    private Sharers? _sharers; // Null while the bytes are this message's only.
    private Replacements _replacements;
    private int _replacementCount;

    internal Message(MessagePool pool, byte[] rented, int length, in Envelope envelope)
    {
        _pool = pool;
        _buffer = rented;
        _bodyLength = length;
        _envelope = envelope;
        Length = length;
    }

    /// <summary>The fields that routing reads; offsets into <see cref="Body"/>.</summary>
    public ref readonly Envelope Envelope => ref _envelope;

    /// <summary>The message as it came in.</summary>
    public ReadOnlySpan<byte> Body => Buffer.AsSpan(0, _bodyLength);

    /// <summary>How many bytes go out.</summary>
    public int Length { get; private set; }

    /// <summary>The id as it came in.</summary>
    public JsonToken Id => JsonToken.Read(this[_envelope.Id]);

    /// <summary>One token as it goes out, or none.</summary>
    public JsonToken Outgoing(Slice slice)
    {
        for (var i = 0; i < _replacementCount; i++)
        {
            if (_replacements[i].Slice == slice)
            {
                return _replacements[i].Value;
            }
        }

        return JsonToken.Read(this[slice]);
    }

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(Message));

    /// <summary>The bytes of one token of <see cref="Body"/>; empty when the message has no such token.</summary>
    public ReadOnlySpan<byte> this[Slice slice] => Buffer.AsSpan(slice.Start, slice.Length);

    /// <summary>Lets the message go out with <paramref name="value"/> in place of <paramref name="slice"/>. A missing token stays missing.</summary>
    public void Replace(Slice slice, JsonToken value)
    {
        if (!slice.IsEmpty)
        {
            Put(slice, value);
        }
    }

    /// <summary>Lets the message go out with <paramref name="json"/> before the byte at <paramref name="position"/>; instead of what was inserted there before.</summary>
    /// <param name="position">An offset into <see cref="Body"/>, between two tokens.</param>
    /// <param name="json">What makes the message JSON again; at most <see cref="MessageScanner.MaxTokenBytes"/> bytes.</param>
    public void Insert(int position, byte[] json) => Put(new Slice(position, 0), JsonToken.Verbatim(json));

    private void Put(Slice slice, JsonToken value)
    {
        var at = 0;
        while (at < _replacementCount && _replacements[at].Slice.Start < slice.Start)
        {
            at++;
        }

        if (at < _replacementCount && _replacements[at].Slice == slice)
        {
            Length += value.Length - _replacements[at].Value.Length;
            _replacements[at] = new Replacement(slice, value);
            return;
        }

        for (var i = _replacementCount; i > at; i--)
        {
            _replacements[i] = _replacements[i - 1];
        }

        _replacements[at] = new Replacement(slice, value);
        _replacementCount++;
        Length += value.Length - slice.Length;
    }

    /// <summary>Writes a part of what goes out.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="offset">How many bytes were written before.</param>
    /// <param name="maxBytes">How many to write at most.</param>
    /// <returns>How many were written: fewer than <paramref name="maxBytes"/> only at the end.</returns>
    public int WriteTo(IBufferWriter<byte> output, int offset = 0, int maxBytes = int.MaxValue)
    {
        var writer = new Window(output, offset, maxBytes);
        Span<byte> digits = stackalloc byte[JsonToken.MaxDigits];
        var from = 0;
        for (var i = 0; i < _replacementCount; i++)
        {
            ref readonly var replacement = ref _replacements[i];
            writer.Write(Body[from..replacement.Slice.Start]);
            writer.Write(replacement.Value.Spell(digits));
            from = replacement.Slice.End;
        }

        writer.Write(Body[from..]);
        return writer.Written;
    }

    /// <summary>A message of its own with the same envelope and replacements. Both hold the bytes.</summary>
    public Message Clone()
    {
        _sharers ??= new Sharers();
        _sharers.Add();
        return new Message(_pool, Buffer, _bodyLength, _envelope)
        {
            _sharers = _sharers,
            _replacements = _replacements,
            _replacementCount = _replacementCount,
            Length = Length,
        };
    }

    /// <summary>A copy of what goes out.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        WriteTo(new FixedWriter(bytes));
        return bytes;
    }

    /// <summary>Gives the buffer back. Harmless when done twice.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer && _sharers?.Leave() != false)
        {
            _pool.Return(buffer);
        }
    }

    /// <summary>Counts the messages that hold the same bytes.</summary>
    private sealed class Sharers
    {
        private int _others;

        public void Add() => Interlocked.Increment(ref _others);

        /// <summary>One does so no more; true for the last.</summary>
        public bool Leave() => Interlocked.Decrement(ref _others) < 0;
    }

    private readonly record struct Replacement(Slice Slice, JsonToken Value);

    [InlineArray(MaxReplacements)]
    private struct Replacements
    {
        private Replacement _first;
    }

    /// <summary>Passes on the part of a sequence of writes that lies between an offset and a limit.</summary>
    private ref struct Window
    {
        private readonly IBufferWriter<byte> _output;
        private int _skip;
        private int _remaining;

        public Window(IBufferWriter<byte> output, int skip, int remaining)
        {
            _output = output;
            _skip = skip;
            _remaining = remaining;
        }

        public int Written { get; private set; }

        public void Write(scoped ReadOnlySpan<byte> bytes)
        {
            var from = Math.Min(_skip, bytes.Length);
            var count = Math.Min(bytes.Length - from, _remaining);
            _output.Write(bytes.Slice(from, count));
            _skip -= from;
            _remaining -= count;
            Written += count;
        }
    }
}
