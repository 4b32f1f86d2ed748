using System.Collections.Immutable;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>
/// Reads what a method counted: records of which only what differs from the record before is written, as differences.
/// See dotnet/runtime, src/coreclr/inc/pgo_formatprocessing.h.
/// </summary>
internal ref struct MethodCountReader(ReadOnlySpan<byte> data, MethodResolver resolver)
{
    // What differs.
    private const long Offset = 1;
    private const long Kind = 2;
    private const long Count = 4;
    private const long Other = 8;

    // What a record's values are, in its kind.
    private const int ValueMask = 0xF;
    private const int Nothing = 0;
    private const int Type = 3;
    private const int Method = 4;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;
    private long _number;
    private long _type;
    private long _method;

    /// <summary>Reads all records.</summary>
    public IReadOnlyList<MethodCount> ReadAll()
    {
        var records = new List<MethodCount>();
        var (offset, kind, count, other) = (0L, 0L, 0L, 0L);
        while (_position < _data.Length)
        {
            var differences = Integer();
            offset += Difference(differences & Offset);
            kind += Difference(differences & Kind);
            count += Difference(differences & Count);
            other += Difference(differences & Other);
            if (kind == Nothing)
            {
                break;
            }

            records.Add(new MethodCount((int)offset, (int)kind, (int)other, Values((int)kind & ValueMask, (int)count)));
        }

        return records;
    }

    private ImmutableArray<CountedValue> Values(int what, int count)
    {
        var values = ImmutableArray.CreateBuilder<CountedValue>();
        while (what != Nothing && values.Count < count)
        {
            values.Add(Value(what));
        }

        return values.DrainToImmutable();
    }

    private CountedValue Value(int what)
    {
        var number = what switch
        {
            Type => _type += Integer(),
            Method => _method += Integer(),
            _ => _number += Integer(),
        };
        try
        {
            return what switch
            {
                Type when number != 0 => new CountedValue(0, Type: resolver.Type((ulong)number)),
                Method when number != 0 => new CountedValue(0, Method: resolver.Resolve(number)),
                _ => new CountedValue(number),
            };
        }
        catch (UnresolvedException)
        {
            return new CountedValue(1);
        }
    }

    private long Difference(long isThere) => isThere == 0 ? 0 : Integer();

    // In one or two bytes, with the sign in the lowest bit, or in four or eight after one that says so.
    private long Integer()
    {
        long first = _data[_position++];
        return first switch
        {
            < 0x80 => Rotated(first, bits: 7),
            < 0xC0 => Rotated(((first & 0x3F) << 8) | _data[_position++], bits: 14),
            0xC1 => BigEndian(sizeof(long)),
            _ => (int)BigEndian(sizeof(int)),
        };
    }

    private static long Rotated(long value, int bits) => (value >> 1) - ((value & 1) << (bits - 1));

    private long BigEndian(int bytes)
    {
        var value = 0L;
        foreach (var next in _data.Slice(_position, bytes))
        {
            value = (value << 8) | next;
        }

        _position += bytes;
        return value;
    }
}
