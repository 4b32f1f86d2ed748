namespace McpProxy.LoadBench;

/// <summary>The messages that clients send.</summary>
internal static class Messages
{
    /// <summary>A revision that all subjects speak.</summary>
    public const string ProtocolVersion = "2025-06-18";

    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    /// <summary>The client can answer no requests: servers that several clients share are allowed to serve it.</summary>
    public const string Initialize =
        $$"""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"{{ProtocolVersion}}",""" +
        """ "capabilities":{},"clientInfo":{"name":"load-bench","version":"1.0.0"}}}""";

    /// <summary>A call of <c>echo</c>: some words, and the number that is to come back.</summary>
    public static string Echo(long number) => Call(
        number, "echo", $$"""{"number":{{number}},"text":"A call with a few words, as tools are given."}""");

    /// <summary>A call of <c>size</c>.</summary>
    public static string Size(long number, int bytes) => Call(number, "size", $$"""{"bytes":{{bytes}}}""");

    /// <summary>A call of <c>progress</c>, with a progress token.</summary>
    public static string Progress(long number, int count) =>
        $$"""{"jsonrpc":"2.0","id":{{number}},"method":"tools/call","params":{"_meta":{"progressToken":"t{{number}}"},"name":"progress",""" +
        $$""" "arguments":{"count":{{count}}""" + "}}}";

    private static string Call(long number, string tool, string arguments) =>
        $$"""{"jsonrpc":"2.0","id":{{number}},"method":"tools/call","params":{"name":"{{tool}}","arguments":""" + arguments + "}}";
}
