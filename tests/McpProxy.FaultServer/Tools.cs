using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace McpProxy.FaultServer;

/// <summary>The tools. They take what arguments they understand and ignore the rest.</summary>
internal sealed class Tools(FaultOptions options, FaultyWriter writer, Recorder recorder, ClientRequests clientRequests)
{
    private static readonly string[] Levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

    private static readonly (string Name, string Description)[] All =
    [
        ("echo", "Returns its arguments, as JSON text and as structured content."),
        ("sleep", "Answers after `ms` milliseconds; stops without an answer when it is cancelled."),
        ("notify", "Sends `count` progress notifications, then answers."),
        ("ask", "Sends roots/list to the client and returns {\"result\":…} or {\"error\":…}, whichever came."),
        ("log", "Sends one log message at every level, whatever level was set."),
        ("updated", "Sends notifications/resources/updated for `uri`, subscribed or not."),
        ("big", "Returns a text of `bytes` bytes."),
        ("subscriptions", "Returns how often each URI was subscribed to and unsubscribed from."),
        ("level", "Returns the level that logging/setLevel set, or null."),
        ("env", "Returns the environment variables as a JSON object."),
        ("pid", "Returns the process id."),
        ("exit", "Ends the process with code 1, without an answer."),
        ("seen", "Returns every line that was received, as a JSON array of strings."),
    ];

    public static JsonObject List() => new()
    {
        ["tools"] = new JsonArray([.. All.Select(tool => new JsonObject
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["inputSchema"] = new JsonObject { ["type"] = "object" },
        })]),
    };

    public async Task<JsonObject> CallAsync(JsonElement parameters, CancellationToken cancellationToken)
    {
        var arguments = parameters.Find("arguments");
        switch (parameters.Find("name").Text())
        {
            case "echo":
                return Echo(arguments);
            case "sleep":
                await Task.Delay(arguments.Find("ms").Number(otherwise: 0), cancellationToken);
                return Text("slept");
            case "notify":
                return Notify(parameters.Find("_meta", "progressToken"), arguments.Find("count").Number(otherwise: 1));
            case "ask":
                return Text(await clientRequests.AskAsync("roots/list", cancellationToken));
            case "log":
                return Log();
            case "updated":
                writer.WriteMessage(Rpc.Notification(
                    "notifications/resources/updated", $$"""{"uri":{{Rpc.Quote(arguments.Find("uri").Text() ?? "")}}}"""));
                return Text("sent");
            case "big":
                return Text(new string('x', arguments.Find("bytes").Number(otherwise: 0)));
            case "subscriptions":
                return Json(recorder.Subscriptions());
            case "level":
                return Json(recorder.Level);
            case "env":
                return Json(EnvironmentVariables());
            case "pid":
                return Json(Environment.ProcessId);
            case "exit":
                Environment.Exit(1);
                return [];
            case "seen":
                return Json(recorder.Lines());
            default:
                throw new RpcException(-32602, "Unknown tool.");
        }
    }

    private static JsonObject Echo(JsonElement arguments)
    {
        if (arguments.ValueKind == JsonValueKind.Undefined)
        {
            return Text("{}");
        }

        var result = Text(arguments.GetRawText());
        result["structuredContent"] = JsonNode.Parse(arguments.GetRawText());
        return result;
    }

    private JsonObject Notify(JsonElement progressToken, int count)
    {
        if (progressToken.ValueKind == JsonValueKind.Undefined)
        {
            return Text("no progress token");
        }

        var token = progressToken.GetRawText();
        token = options.UnicodeEscape ? PythonToken.Reserialize(token) : token;
        for (var done = 1; done <= count; done++)
        {
            writer.WriteMessage(Rpc.Notification(
                "notifications/progress", $$"""{"progressToken":{{token}},"progress":{{done}},"total":{{count}}}"""));
        }

        return Text("notified");
    }

    private JsonObject Log()
    {
        foreach (var level in Levels)
        {
            writer.WriteMessage(Rpc.Notification(
                "notifications/message", $$"""{"level":"{{level}}","logger":"fault-server","data":"{{level}}"}"""));
        }

        return Text("logged");
    }

    private static JsonObject EnvironmentVariables() =>
        new(Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (JsonNode?)(string?)variable.Value)));

    private static JsonObject Json(JsonNode? value) => Text(value?.ToJsonString() ?? "null");

    private static JsonObject Text(string text) =>
        new() { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }) };
}
