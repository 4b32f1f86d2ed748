using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.ClientRequests;

/// <summary>Asks the client's user to fill in a form.</summary>
[McpServerToolType]
internal static class ElicitationTools
{
    [McpServerTool(Name = "test_elicitation")]
    [Description("Asks the user for a name and an e-mail address and returns what was answered.")]
    public static async Task<string> TestElicitationAsync(
        McpServer server, [Description("What the user is told.")] string message, CancellationToken cancellationToken) =>
        "User response: " + await ElicitAsync(server, message, ElicitationForms.Contact, cancellationToken);

    [McpServerTool(Name = "test_elicitation_sep1034_defaults")]
    [Description("Asks with a form in which every kind of primitive field has a default (SEP-1034).")]
    public static async Task<string> TestDefaultsAsync(McpServer server, CancellationToken cancellationToken) =>
        "Elicitation completed: " + await ElicitAsync(server, "Please review the defaults.", ElicitationForms.Defaults, cancellationToken);

    [McpServerTool(Name = "test_elicitation_sep1330_enums")]
    [Description("Asks with a form that has every kind of enumeration field (SEP-1330).")]
    public static async Task<string> TestEnumsAsync(McpServer server, CancellationToken cancellationToken) =>
        "Elicitation completed: " + await ElicitAsync(server, "Please choose.", ElicitationForms.Enums, cancellationToken);

    [McpServerTool(Name = "ask_elicitation")]
    [Description("Sends elicitation/create to the client and returns its answer as JSON.")]
    public static Task<CallToolResult> AskElicitationAsync(
        McpServer server,
        [Description("What the user is told.")] string message = "Who are you?",
        CancellationToken cancellationToken = default) =>
        server.AskClientAsync(
            RequestMethods.ElicitationCreate,
            new JsonObject { ["message"] = message, ["requestedSchema"] = JsonNode.Parse(ElicitationForms.Contact) },
            server.ClientCapabilities?.Elicitation,
            cancellationToken);

    private static async Task<string> ElicitAsync(McpServer server, string message, string form, CancellationToken cancellationToken)
    {
        ClientQuestion.RequireCapability(server.ClientCapabilities?.Elicitation, RequestMethods.ElicitationCreate);
        var schema = JsonSerializer.Deserialize<ElicitRequestParams.RequestSchema>(form, McpJsonUtilities.DefaultOptions);
        var answer = await server.ElicitAsync(new ElicitRequestParams { Message = message, RequestedSchema = schema }, cancellationToken);
        return $"action={answer.Action}, content={JsonSerializer.Serialize(answer.Content)}";
    }
}
