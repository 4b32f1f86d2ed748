using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.ClientRequests;

/// <summary>A request from the server to the client whose answer becomes the result of the tool that asked.</summary>
internal static class ClientQuestion
{
    /// <summary>Returns the client's answer as JSON text, complete, or a tool error with the code and text of its refusal.</summary>
    public static async Task<CallToolResult> AskClientAsync(
        this McpServer server, string method, JsonObject parameters, object? declaredCapability, CancellationToken cancellationToken)
    {
        RequireCapability(declaredCapability, method);
        try
        {
            var question = new JsonRpcRequest { Method = method, Params = parameters };
            var answer = await server.SendRequestAsync(question, cancellationToken);
            return new CallToolResult { Content = [new TextContentBlock { Text = answer.Result?.ToJsonString() ?? "null" }] };
        }
        catch (McpProtocolException refusal)
        {
            return Error($"The client refused {method} with code {(int)refusal.ErrorCode}: {refusal.Message}");
        }
    }

    /// <summary>Throws an error that names <paramref name="method"/>, to be the tool's result, when the client cannot answer it.</summary>
    public static void RequireCapability([NotNull] object? declaredCapability, string method)
    {
        if (declaredCapability is null)
        {
            throw new McpException($"The client did not declare the capability for {method}.");
        }
    }

    private static CallToolResult Error(string text) => new() { IsError = true, Content = [new TextContentBlock { Text = text }] };
}
