using System.Text;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>Makes of what is good what nearly is.</summary>
internal static class Mutation
{
    /// <summary>Bytes with a few of them changed, removed, doubled or put in between; often at their end.</summary>
    public static byte[] Mutate(this Random random, byte[] original, IReadOnlyList<string> tokens)
    {
        List<byte> bytes = [.. original];
        for (var changes = 1 + random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(5) == 0 ? bytes.Count : random.Next(bytes.Count + 1);
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
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(tokens[random.Next(tokens.Count)]));
                    break;
            }
        }

        return [.. bytes];
    }
}
