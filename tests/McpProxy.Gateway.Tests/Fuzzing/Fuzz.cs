using System.Globalization;
using Xunit.Sdk;

namespace McpProxy.Gateway.Tests.Fuzzing;

/// <summary>Runs a property for many seeds; a failure names the seed. <c>FUZZ_FACTOR</c> multiplies how many, <c>FUZZ_SEED</c> says where they begin.</summary>
internal static class Fuzz
{
    public static IEnumerable<int> Seeds(int count) => Enumerable.Range(Setting("FUZZ_SEED", 0), count * Setting("FUZZ_FACTOR", 1));

    public static void Check(int count, Action<Random> property)
    {
        foreach (var seed in Seeds(count))
        {
            try
            {
                property(new Random(seed));
            }
            catch (Exception e)
            {
                throw new XunitException($"Seed {seed}: {e.Message}", e);
            }
        }
    }

    public static T Pick<T>(this Random random, params IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
