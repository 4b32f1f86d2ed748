namespace McpProxy.Gateway.Tests.Cost;

/// <summary>Limits that depend on the build: one that is not optimised allocates each state machine.</summary>
internal static class Limits
{
    /// <summary>Says what was measured, and fails when it is too much.</summary>
    public static void Check(double measured, int debugLimit, int releaseLimit, string what)
    {
#if DEBUG
        var limit = debugLimit;
#else
        var limit = releaseLimit;
#endif
        TestContext.Current.TestOutputHelper?.WriteLine($"{measured:N0} {what}; at most {limit:N0}");
        Assert.True(measured <= limit, $"{measured:N0} {what}; at most {limit:N0}");
    }
}
