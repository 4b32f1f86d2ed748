using System.Text;

namespace McpProxy.Gateway.Configuration;

/// <summary>Fills environment variables into a text: <c>${NAME}</c>, <c>${NAME:-default}</c>; <c>$${</c> stands for <c>${</c>.</summary>
internal static class VariableText
{
    /// <summary>Fills the variables in.</summary>
    /// <param name="text">The text.</param>
    /// <param name="variable">Gives the value of a variable; null when it is not set.</param>
    /// <param name="filled">The text with the values in place.</param>
    /// <returns>What is wrong; null when nothing is. As in a shell, a default also replaces a value that is empty.</returns>
    public static string? Fill(string text, Func<string, string?> variable, out string filled)
    {
        var result = new StringBuilder(text.Length);
        filled = text;
        var at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var start)
        {
            if (start > at && text[start - 1] == '$')
            {
                result.Append(text, at, start - 1 - at).Append("${");
                at = start + 2;
                continue;
            }

            var end = text.IndexOf('}', start);
            if (end < 0)
            {
                return "has a ${ without its }; write $${ for a plain ${";
            }

            if (Value(text[(start + 2)..end], variable, out var value) is { } mistake)
            {
                return mistake;
            }

            result.Append(text, at, start - at).Append(value);
            at = end + 1;
        }

        filled = result.Append(text, at, text.Length - at).ToString();
        return null;
    }

    private static string? Value(string reference, Func<string, string?> variable, out string? value)
    {
        var split = reference.IndexOf(":-", StringComparison.Ordinal);
        var (name, fallback) = split < 0 ? (reference, null) : (reference[..split], reference[(split + 2)..]);
        value = null;
        if (!IsName(name) || fallback?.Contains("${", StringComparison.Ordinal) == true)
        {
            return "has a ${…} that is neither ${NAME} nor ${NAME:-default}; write $${ for a plain ${";
        }

        value = variable(name);
        value = fallback is not null && string.IsNullOrEmpty(value) ? fallback : value;
        return value is null ? $"the environment variable {name} is not set; ${{{name}:-default}} gives it a default" : null;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
