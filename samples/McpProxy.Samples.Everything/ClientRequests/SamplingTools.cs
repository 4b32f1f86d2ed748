using System.ComponentModel;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.ClientRequests;

/// <summary>Asks the client's language model.</summary>
[McpServerToolType]
internal static class SamplingTools
{
    [McpServerTool(Name = "test_sampling")]
    [Description("Asks the client's model with the given prompt and returns its text.")]
    public static async Task<string> TestSamplingAsync(
        McpServer server, [Description("The prompt for the model.")] string prompt, CancellationToken cancellationToken)
    {
        ClientQuestion.RequireCapability(server.ClientCapabilities?.Sampling, RequestMethods.SamplingCreateMessage);
        var answer = await server.SampleAsync(
            new CreateMessageRequestParams
            {
                Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = prompt }] }],
                MaxTokens = 100,
            },
            cancellationToken);
        return $"LLM response: {answer.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text}";
    }

    [McpServerTool(Name = "ask_sampling")]
    [Description("Sends sampling/createMessage to the client and returns its answer as JSON.")]
    public static Task<CallToolResult> AskSamplingAsync(
        McpServer server,
        [Description("The prompt for the model.")] string prompt = "Say hello.",
        [Description("Upper limit for the answer, in tokens.")] int maxTokens = 100,
        CancellationToken cancellationToken = default) =>
        server.AskClientAsync(
            RequestMethods.SamplingCreateMessage,
            new JsonObject
            {
                ["messages"] = new JsonArray(new JsonObject
                {
                    ["role"] = "user",
                    ["content"] = new JsonObject { ["type"] = "text", ["text"] = prompt },
                }),
                ["maxTokens"] = maxTokens,
            },
            server.ClientCapabilities?.Sampling,
            cancellationToken);
}
