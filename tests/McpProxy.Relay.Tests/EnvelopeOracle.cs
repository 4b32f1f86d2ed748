using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests;

/// <summary>A method that routing knows, and the member of its params that routing reads.</summary>
internal sealed record KnownMethod(string Name, McpMethod Method, string? Subject = null);

/// <summary>An envelope as text: each token as it is spelled, one character a byte; empty when it is missing.</summary>
internal sealed record EnvelopeText(
    MessageKind Kind,
    McpMethod Method,
    bool IsError,
    string Id,
    string MethodName,
    string Params,
    string ProgressToken,
    string Subject,
    string ProtocolVersion,
    string SubscriptionId,
    bool IsToolError,
    string Meta,
    string TraceParent,
    string TraceState)
{
    public static EnvelopeText Of(ReadOnlySpan<byte> body, in Envelope envelope) => new(
        envelope.Kind,
        envelope.Method,
        envelope.IsError,
        Cut(body, envelope.Id),
        Cut(body, envelope.MethodName),
        Cut(body, envelope.Params),
        Cut(body, envelope.ProgressToken),
        Cut(body, envelope.Subject),
        Cut(body, envelope.ProtocolVersion),
        Cut(body, envelope.SubscriptionId),
        envelope.IsToolError,
        Cut(body, envelope.Meta),
        Cut(body, envelope.TraceParent),
        Cut(body, envelope.TraceState));

    public static string Cut(ReadOnlySpan<byte> body, Slice slice) => Encoding.Latin1.GetString(body.Slice(slice.Start, slice.Length));
}

/// <summary>Reads a message's envelope the slow and obvious way, from a <see cref="JsonDocument"/>.</summary>
internal static class EnvelopeOracle
{
    public static readonly KnownMethod[] Methods =
    [
        new("initialize", McpMethod.Initialize),
        new("ping", McpMethod.Ping),
        new("tools/call", McpMethod.ToolsCall, "name"),
        new("prompts/get", McpMethod.PromptsGet, "name"),
        new("resources/read", McpMethod.ResourcesRead, "uri"),
        new("resources/subscribe", McpMethod.ResourcesSubscribe, "uri"),
        new("resources/unsubscribe", McpMethod.ResourcesUnsubscribe, "uri"),
        new("logging/setLevel", McpMethod.LoggingSetLevel, "level"),
        new("subscriptions/listen", McpMethod.SubscriptionsListen),
        new("tasks/list", McpMethod.TasksList),
        new("notifications/initialized", McpMethod.Initialized),
        new("notifications/cancelled", McpMethod.Cancelled, "requestId"),
        new("notifications/progress", McpMethod.Progress, "progressToken"),
        new("notifications/message", McpMethod.LogMessage, "level"),
        new("notifications/resources/updated", McpMethod.ResourceUpdated, "uri"),
        new("notifications/tasks/status", McpMethod.TaskStatus, "taskId"),
    ];

    private static readonly string[] RoutingMembers = ["jsonrpc", "id", "method", "params", "result", "error"];

    /// <summary>Whether these bytes are JSON that nests no deeper than that.</summary>
    public static bool IsJson(ReadOnlyMemory<byte> json, int maxDepth = MessageScanner.MaxDepth)
    {
        try
        {
            JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = maxDepth }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The envelope of a valid message, or null.</summary>
    public static EnvelopeText? Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var members = Members(document.RootElement);
        var id = Only(members, "id");
        var method = Only(members, "method");
        var isCall = method is not null;
        var isError = members.Contains("error");
        var hasToken = id is { } value && IsToken(value);
        var isValid = !RoutingMembers.Any(name => members[name].Count() > 1)
            && Only(members, "jsonrpc") is { ValueKind: JsonValueKind.String } version && Text(version) == "2.0"
            && new[] { isCall, members.Contains("result"), isError }.Count(present => present) == 1
            && (!isCall || method is { ValueKind: JsonValueKind.String })
            && (id is null || hasToken || (isError && id.Value.ValueKind == JsonValueKind.Null))
            && (id is null || Raw(id.Value).Length <= MessageScanner.MaxTokenBytes)
            && (hasToken || isCall || isError);
        if (!isValid)
        {
            return null;
        }

        var known = isCall ? Methods.FirstOrDefault(candidate => candidate.Name == Text(method!.Value)) : null;
        var result = Only(members, "result") is { ValueKind: JsonValueKind.Object } found ? Members(found) : null;
        var envelope = new EnvelopeText(
            isCall ? (hasToken ? MessageKind.Request : MessageKind.Notification) : MessageKind.Response,
            known?.Method ?? McpMethod.Other,
            isError,
            Token(id),
            method is { } name ? Raw(name) : "",
            Only(members, "params") is { } parameters ? Raw(parameters) : "",
            "",
            result is null ? "" : TaskId(result),
            "",
            "",
            result is not null && result["isError"].Any(value => value.ValueKind == JsonValueKind.True),
            "",
            "",
            "");
        return isCall && Only(members, "params") is { ValueKind: JsonValueKind.Object } inner ? ReadParams(envelope, inner, known) : envelope;
    }

    /// <summary>The ids that a reader of the object could take for its own.</summary>
    public static List<string> Ids(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? [.. Members(document.RootElement)["id"].Select(id => Token(id)).Where(id => id.Length is > 0 and <= MessageScanner.MaxTokenBytes)]
            : [];
    }

    private static EnvelopeText? ReadParams(EnvelopeText envelope, JsonElement parameters, KnownMethod? known)
    {
        var members = Members(parameters);
        var meta = members["_meta"].ToList();
        var subjects = known?.Subject is { } subject ? members[subject].ToList() : [];
        if (meta.Count > 1 || subjects.Count > 1)
        {
            return null;
        }

        var inMeta = meta is [{ ValueKind: JsonValueKind.Object } only] ? Members(only) : null;
        string[] names = ["progressToken", "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/subscriptionId"];
        if (inMeta is not null && names.Any(name => inMeta[name].Count() > 1 || Token(Only(inMeta, name)).Length > MessageScanner.MaxTokenBytes))
        {
            return null;
        }

        return envelope with
        {
            Subject = subjects is [var value] ? Token(value) : "",
            ProgressToken = inMeta is null ? "" : Token(Only(inMeta, names[0])),
            ProtocolVersion = inMeta is null ? "" : Token(Only(inMeta, names[1])),
            SubscriptionId = inMeta is null ? "" : Token(Only(inMeta, names[2])),
            Meta = FirstToken(meta.Count > 0 ? meta[0] : null),
            TraceParent = FirstToken(inMeta is null ? null : Only(inMeta, "traceparent")),
            TraceState = FirstToken(inMeta is null ? null : Only(inMeta, "tracestate")),
        };
    }

    private static string TaskId(ILookup<string, JsonElement> result) => result["task"]
        .Where(task => task.ValueKind == JsonValueKind.Object)
        .SelectMany(task => Members(task)["taskId"])
        .Where(id => id.ValueKind == JsonValueKind.String && Raw(id).Length <= MessageScanner.MaxTokenBytes)
        .Select(Raw)
        .LastOrDefault("");

    private static ILookup<string, JsonElement> Members(JsonElement element) =>
        element.EnumerateObject().ToLookup(Name, member => member.Value, StringComparer.Ordinal);

    private static JsonElement? Only(ILookup<string, JsonElement> members, string name) => members[name].Cast<JsonElement?>().LastOrDefault();

    private static bool IsToken(JsonElement element) => element.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private static string Token(JsonElement? element) => element is { } value && IsToken(value) ? Raw(value) : "";

    private static string FirstToken(JsonElement? element) =>
        element is not { } value ? "" : value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Raw(value)[..1] : Raw(value);

    private static string Raw(JsonElement element) => Encoding.Latin1.GetString(JsonMarshal.GetRawUtf8Value(element));

    private static string Name(JsonProperty member) => Unless(() => member.Name);

    private static string Text(JsonElement element) => Unless(() => element.GetString()!);

    /// <summary>A string with half a surrogate pair is JSON, but .NET gives no text for it: none of our names.</summary>
    private static string Unless(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return "\ufffd";
        }
    }
}
