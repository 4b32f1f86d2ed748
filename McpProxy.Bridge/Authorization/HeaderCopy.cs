using System.Net.Http.Headers;

namespace McpProxy.Bridge.Authorization;

/// <summary>Copies headers to another request, as they are: nothing is parsed.</summary>
internal static class HeaderCopy
{
    /// <summary>Adds all of another's headers.</summary>
    public static void AddAll(this HttpHeaders headers, HttpHeaders others)
    {
        foreach (var (name, values) in others.NonValidated)
        {
            headers.TryAddWithoutValidation(name, values.ToString());
        }
    }
}
