namespace McpProxy.Gateway.Configuration;

/// <summary>What a browser may send as <c>Origin</c>, as <c>--allow-origin</c> takes it.</summary>
internal static class Origin
{
    public const string Wanted = "an origin such as https://app.example.com (scheme, host and port; no path), null, or *";

    /// <summary>Whether a word is <c>*</c>, <c>null</c> (what a sandboxed page sends), or a scheme, host and optional port.</summary>
    public static bool IsOrigin(string word) =>
        word is "*" or "null"
        || (Uri.TryCreate(word, UriKind.Absolute, out var uri)
            && uri.Host.Length > 0
            && uri.UserInfo.Length == 0
            && word.AsSpan(uri.Scheme.Length).StartsWith("://", StringComparison.Ordinal)
            && word.AsSpan(uri.Scheme.Length + 3).IndexOfAny("/?#\\ ") < 0);
}
