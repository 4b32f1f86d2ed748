using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Content;

/// <summary>One tool for each kind of content that a result can carry, and one that fails.</summary>
[McpServerToolType]
internal static class ContentTools
{
    [McpServerTool(Name = "test_simple_text", ReadOnly = true)]
    [Description("Returns one text.")]
    public static string SimpleText() => "This is a simple text response for testing.";

    [McpServerTool(Name = "test_image_content", ReadOnly = true)]
    [Description("Returns one PNG image.")]
    public static ContentBlock Image() => SampleMedia.Image;

    [McpServerTool(Name = "test_audio_content", ReadOnly = true)]
    [Description("Returns one WAV sound.")]
    public static ContentBlock Audio() => SampleMedia.Audio;

    [McpServerTool(Name = "test_embedded_resource", ReadOnly = true)]
    [Description("Returns one resource, embedded in the result.")]
    public static ContentBlock EmbeddedResource() =>
        Embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.");

    [McpServerTool(Name = "test_multiple_content_types", ReadOnly = true)]
    [Description("Returns a text, an image and an embedded resource in one result.")]
    public static IEnumerable<ContentBlock> MultipleContentTypes() =>
    [
        new TextContentBlock { Text = "Multiple content types test:" },
        SampleMedia.Image,
        Embedded("test://mixed-content-resource", "application/json", """{"test":"data","value":123}"""),
    ];

    [McpServerTool(Name = "test_error_handling", ReadOnly = true)]
    [Description("Always fails: its result has isError set.")]
    public static string Fail() => throw new McpException("This tool intentionally returns an error for testing");

    private static EmbeddedResourceBlock Embedded(string uri, string mimeType, string text) =>
        new() { Resource = new TextResourceContents { Uri = uri, MimeType = mimeType, Text = text } };
}
