namespace McpProxy.Relay.Remote;

/// <summary>
/// A body that is not what its <c>Content-Encoding</c> says. The decompressing streams throw no IOException for that: those of gzip and
/// deflate an <see cref="InvalidDataException"/>, that of Brotli an <see cref="InvalidOperationException"/>.
/// </summary>
internal static class UndecodableBody
{
    /// <summary>What a read is said to have failed with.</summary>
    public const string Text = "The body is not what its Content-Encoding says.";

    /// <summary>Whether reading a body failed for that.</summary>
    public static bool Is(Exception exception) => exception is InvalidDataException || exception.GetType() == typeof(InvalidOperationException);
}
