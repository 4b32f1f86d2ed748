using Xunit.Sdk;

namespace McpProxy.Relay.Tests;

/// <summary>Runs a property for many seeds; a failure names the seed.</summary>
internal static class Seeds
{
    public static void Check(int count, Action<JsonGenerator> property)
    {
        for (var seed = 0; seed < count; seed++)
        {
            try
            {
                property(new JsonGenerator(seed));
            }
            catch (Exception e)
            {
                throw Named(seed, e);
            }
        }
    }

    public static async Task CheckAsync(int count, Func<JsonGenerator, Task> property)
    {
        for (var seed = 0; seed < count; seed++)
        {
            try
            {
                await property(new JsonGenerator(seed));
            }
            catch (Exception e)
            {
                throw Named(seed, e);
            }
        }
    }

    private static XunitException Named(int seed, Exception e) =>
        new($"Seed {seed}: {e.Message}", e);
}
