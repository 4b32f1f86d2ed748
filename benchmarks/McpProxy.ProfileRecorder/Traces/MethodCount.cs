using System.Collections.Immutable;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>What was counted at one place of a method.</summary>
/// <param name="Offset">Where: an offset in its IL.</param>
/// <param name="Kind">What: see PgoInstrumentationKind in dotnet/runtime, src/coreclr/inc/corjit.h.</param>
/// <param name="Other">More of it, depending on the kind.</param>
/// <param name="Values">Counts, or the types or methods that were met.</param>
internal sealed record MethodCount(int Offset, int Kind, int Other, ImmutableArray<CountedValue> Values)
{
    /// <summary>The highest count, if it is one.</summary>
    public long Highest => Values.IsEmpty ? 0 : Values.Max(value => value.Number);
}
