using System.Globalization;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>How much is tried: <c>FUZZ_FACTOR</c> multiplies it.</summary>
internal static class Fuzz
{
    public static int Count(int count) =>
        int.TryParse(Environment.GetEnvironmentVariable("FUZZ_FACTOR"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) ? count * factor : count;
}
