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

    /// <summary>Bytes with a few of them changed, removed, doubled or put in between.</summary>
    public static byte[] Mutate(this Random random, byte[] original, IReadOnlyList<string> tokens)
    {
        List<byte> bytes = [.. original];
        for (var changes = 1 + random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            var count = Math.Min(random.Next(12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, count);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                case 3 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(random.Pick(tokens)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
