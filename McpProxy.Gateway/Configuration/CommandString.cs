using System.Text;

namespace McpProxy.Gateway.Configuration;

/// <summary>Splits a command that is written as one string by the quoting rules of a POSIX shell, as <c>--named-server</c> does.</summary>
internal static class CommandString
{
    /// <summary>Splits the string into words.</summary>
    /// <param name="text">The string, such as <c>uvx 'my server' --flag</c>.</param>
    /// <param name="backslashEscapes">
    /// Whether a backslash outside quotes protects the next character. False on Windows, where it separates folders; there, within
    /// double quotes, it only protects a double quote.
    /// </param>
    /// <param name="words">The words; none when the string is blank.</param>
    /// <returns>What is wrong with the string; null when nothing is.</returns>
    public static string? Split(string text, bool backslashEscapes, out IReadOnlyList<string> words)
    {
        var list = new List<string>();
        words = list;
        StringBuilder? word = null;
        var quote = '\0';
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter == '\\' && Protects(quote, at + 1 < text.Length ? text[at + 1] : '\0', backslashEscapes))
            {
                if (++at == text.Length)
                {
                    return "ends in a backslash that protects nothing";
                }

                (word ??= new()).Append(text[at]);
            }
            else if (letter == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && letter is ('"' or '\''))
            {
                quote = letter;
                word ??= new();
            }
            else if (quote == '\0' && letter is (' ' or '\t' or '\r' or '\n'))
            {
                Finish(list, ref word);
            }
            else
            {
                (word ??= new()).Append(letter);
            }
        }

        Finish(list, ref word);
        return quote == '\0' ? null : $"has no closing {quote}";
    }

    private static bool Protects(char quote, char next, bool backslashEscapes) => quote switch
    {
        '\0' => backslashEscapes,
        '"' => next == '"' || (next == '\\' && backslashEscapes),
        _ => false,
    };

    private static void Finish(List<string> words, ref StringBuilder? word)
    {
        if (word is not null)
        {
            words.Add(word.ToString());
            word = null;
        }
    }
}
