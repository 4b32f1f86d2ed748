using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace McpProxy.EndToEnd.Tests.CSharpSdk;

/// <summary>How a server spells the features that all of our servers have.</summary>
internal sealed record ServerProfile
{
    public required string ServerName { get; init; }

    /// <summary>A part of its instructions.</summary>
    public required string Instructions { get; init; }

    public required Func<string, ToolCall> Echo { get; init; }

    public required Func<CallToolResult, string> EchoOf { get; init; }

    public required Func<int, int, ToolCall> Slow { get; init; }

    public required ToolCall Sample { get; init; }

    public required ToolCall Elicit { get; init; }

    public required ToolCall Roots { get; init; }

    public required string Prompt { get; init; }

    public required IReadOnlyDictionary<string, object?> PromptArguments { get; init; }

    public required string PromptText { get; init; }

    public required string CompletedPrompt { get; init; }

    public required string CompletedArgument { get; init; }

    public required string CompletedPrefix { get; init; }

    public required string[] CompletedValues { get; init; }

    public required int MinimumResources { get; init; }

    public required string TextResource { get; init; }

    public required string UnknownResource { get; init; }

    public static ServerProfile Of(string name) => name switch
    {
        "server-everything" => ServerEverything,
        "sample" => OurSample,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such server."),
    };

    private static ServerProfile ServerEverything { get; } = new()
    {
        ServerName = "mcp-servers/everything",
        Instructions = "Everything Server",
        Echo = text => new("echo", new() { ["message"] = text }),
        EchoOf = result => TextOf(result)["Echo: ".Length..],
        Slow = (milliseconds, steps) =>
            new("trigger-long-running-operation", new() { ["duration"] = milliseconds / 1000.0, ["steps"] = steps }),
        Sample = new("trigger-sampling-request", new() { ["prompt"] = "Say hello." }),
        Elicit = new("trigger-elicitation-request", []),
        Roots = new("get-roots-list", []),
        Prompt = "args-prompt",
        PromptArguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Paris", ["state"] = "Texas" },
        PromptText = "What's weather in Paris, Texas?",
        CompletedPrompt = "completable-prompt",
        CompletedArgument = "department",
        CompletedPrefix = "S",
        CompletedValues = ["Sales", "Support"],
        MinimumResources = 7,
        TextResource = "demo://resource/dynamic/text/5",
        UnknownResource = "demo://no/such/resource",
    };

    private static ServerProfile OurSample { get; } = new()
    {
        ServerName = "everything-server",
        Instructions = "conformance suite",
        Echo = text => new("echo", new() { ["value"] = text }),
        EchoOf = result => JsonNode.Parse(TextOf(result))!.GetValue<string>(),
        Slow = (milliseconds, steps) => new("slow", new() { ["milliseconds"] = milliseconds, ["steps"] = steps }),
        Sample = new("ask_sampling", []),
        Elicit = new("ask_elicitation", []),
        Roots = new("ask_roots", []),
        Prompt = "test_prompt_with_arguments",
        PromptArguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["arg1"] = "hello", ["arg2"] = "world" },
        PromptText = "Prompt with arguments: arg1='hello', arg2='world'",
        CompletedPrompt = "test_prompt_with_arguments",
        CompletedArgument = "arg1",
        CompletedPrefix = "par",
        CompletedValues = ["paris", "park", "party"],
        // Three with a meaning and seventy to fill pages of 25.
        MinimumResources = 73,
        TextResource = "test://static-text",
        UnknownResource = "test://no/such/resource",
    };

    public static string TextOf(CallToolResult result) => result.Content.OfType<TextContentBlock>().First().Text;
}
