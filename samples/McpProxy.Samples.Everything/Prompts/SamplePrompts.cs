using System.ComponentModel;
using McpProxy.Samples.Everything.Content;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Prompts;

/// <summary>Prompts with and without arguments, and with each kind of content.</summary>
[McpServerPromptType]
internal static class SamplePrompts
{
    [McpServerPrompt(Name = "test_simple_prompt", Title = "Simple prompt")]
    [Description("One text, no arguments.")]
    public static PromptMessage Simple() => User("This is a simple prompt for testing.");

    [McpServerPrompt(Name = "test_prompt_with_arguments", Title = "Prompt with arguments")]
    [Description("Puts two arguments, which can be completed, into its text.")]
    public static PromptMessage WithArguments(
        [Description("First test argument")] string arg1, [Description("Second test argument")] string arg2) =>
        User($"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'");

    [McpServerPrompt(Name = "test_prompt_with_embedded_resource", Title = "Prompt with an embedded resource")]
    [Description("Embeds the resource that is named by its argument.")]
    public static IEnumerable<PromptMessage> WithEmbeddedResource(
        [Description("URI of the resource to embed")] string resourceUri) =>
    [
        User(new EmbeddedResourceBlock
        {
            Resource = new TextResourceContents
            {
                Uri = resourceUri, MimeType = "text/plain", Text = "Embedded resource content for testing.",
            },
        }),
        User("Please process the embedded resource above."),
    ];

    [McpServerPrompt(Name = "test_prompt_with_image", Title = "Prompt with an image")]
    [Description("An image, and a text about it.")]
    public static IEnumerable<PromptMessage> WithImage() => [User(SampleMedia.Image), User("Please analyze the image above.")];

    private static PromptMessage User(string text) => User(new TextContentBlock { Text = text });

    private static PromptMessage User(ContentBlock content) => new() { Role = Role.User, Content = content };
}
