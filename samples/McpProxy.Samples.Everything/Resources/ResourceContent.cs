using System.Text.Json;
using System.Text.RegularExpressions;
using McpProxy.Samples.Everything.Content;
using ModelContextProtocol.Protocol;

namespace McpProxy.Samples.Everything.Resources;

/// <summary>What a resource holds, fixed or made from the variables of its URI.</summary>
internal static partial class ResourceContent
{
    /// <summary>Returns the content behind <paramref name="uri"/>, or null when nothing is there.</summary>
    public static ResourceContents? Read(string uri) => uri switch
    {
        "test://static-text" => Text(uri, "This is the content of the static text resource."),
        "test://static-binary" => BlobResourceContents.FromBytes(SampleMedia.Png, uri, "image/png"),
        "test://watched-resource" => Text(uri, "Watched resource content"),
        _ when Item().Match(uri) is { Success: true } match => Text(uri, $"The content of item {match.Groups["number"].Value}."),
        _ when Data().Match(uri) is { Success: true } match => DataFor(uri, Uri.UnescapeDataString(match.Groups["id"].Value)),
        _ when Greeting().Match(uri) is { Success: true } match => Text(
            uri, Greetings.For(match.Groups["language"].Value, Uri.UnescapeDataString(match.Groups["name"].Value))),
        _ => null,
    };

    private static TextResourceContents DataFor(string uri, string id)
    {
        var data = new { id, templateTest = true, data = $"Data for ID: {id}" };
        return new() { Uri = uri, MimeType = "application/json", Text = JsonSerializer.Serialize(data) };
    }

    private static TextResourceContents Text(string uri, string text) => new() { Uri = uri, MimeType = "text/plain", Text = text };

    [GeneratedRegex("^test://items/(?<number>[1-9]|[1-6][0-9]|70)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Item();

    [GeneratedRegex("^test://template/(?<id>[^/]+)/data$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Data();

    [GeneratedRegex("^test://greeting/(?<language>[^/]+)/(?<name>[^/]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Greeting();
}
