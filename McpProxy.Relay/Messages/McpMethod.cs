using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>The methods that routing treats in a way of their own; every other one is <see cref="Other"/> and is relayed as it is.</summary>
public enum McpMethod : byte
{
    /// <summary>Any method without a rule of its own.</summary>
    Other,

    /// <summary><c>initialize</c></summary>
    Initialize,

    /// <summary><c>ping</c></summary>
    Ping,

    /// <summary><c>tools/call</c></summary>
    ToolsCall,

    /// <summary><c>prompts/get</c></summary>
    PromptsGet,

    /// <summary><c>resources/read</c></summary>
    ResourcesRead,

    /// <summary><c>resources/subscribe</c></summary>
    ResourcesSubscribe,

    /// <summary><c>resources/unsubscribe</c></summary>
    ResourcesUnsubscribe,

    /// <summary><c>logging/setLevel</c></summary>
    LoggingSetLevel,

    /// <summary><c>subscriptions/listen</c>, since revision 2026-07-28</summary>
    SubscriptionsListen,

    /// <summary><c>tasks/list</c>, of revision 2025-11-25</summary>
    TasksList,

    /// <summary><c>notifications/initialized</c></summary>
    Initialized,

    /// <summary><c>notifications/cancelled</c></summary>
    Cancelled,

    /// <summary><c>notifications/progress</c></summary>
    Progress,

    /// <summary><c>notifications/message</c>: a log message</summary>
    LogMessage,

    /// <summary><c>notifications/resources/updated</c></summary>
    ResourceUpdated,

    /// <summary><c>notifications/tasks/status</c>, of revision 2025-11-25</summary>
    TaskStatus,
}

/// <summary>The names of methods.</summary>
public static class McpMethods
{
    private static readonly byte[][] Names =
    [
        [],
        [.. "initialize"u8],
        [.. "ping"u8],
        [.. "tools/call"u8],
        [.. "prompts/get"u8],
        [.. "resources/read"u8],
        [.. "resources/subscribe"u8],
        [.. "resources/unsubscribe"u8],
        [.. "logging/setLevel"u8],
        [.. "subscriptions/listen"u8],
        [.. "tasks/list"u8],
        [.. "notifications/initialized"u8],
        [.. "notifications/cancelled"u8],
        [.. "notifications/progress"u8],
        [.. "notifications/message"u8],
        [.. "notifications/resources/updated"u8],
        [.. "notifications/tasks/status"u8],
    ];

    private static readonly string[] Texts = [.. Names.Select(name => System.Text.Encoding.UTF8.GetString(name))];

    /// <summary>The method as messages name it; empty for <see cref="McpMethod.Other"/>.</summary>
    public static string ToName(this McpMethod method) => Texts[(int)method];

    /// <summary>Which method the reader's current string names; escapes count as what they stand for.</summary>
    internal static McpMethod Read(ref Utf8JsonReader reader)
    {
        for (var i = 1; i < Names.Length; i++)
        {
            if (JsonText.Is(ref reader, Names[i]))
            {
                return (McpMethod)i;
            }
        }

        return McpMethod.Other;
    }

    /// <summary>The member of <c>params</c> that routing reads for this method; empty when there is none.</summary>
    internal static ReadOnlySpan<byte> SubjectName(McpMethod method) => method switch
    {
        McpMethod.ToolsCall or McpMethod.PromptsGet => "name"u8,
        McpMethod.ResourcesRead or McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe or McpMethod.ResourceUpdated => "uri"u8,
        McpMethod.LoggingSetLevel or McpMethod.LogMessage => "level"u8,
        McpMethod.Cancelled => "requestId"u8,
        McpMethod.Progress => "progressToken"u8,
        McpMethod.TaskStatus => "taskId"u8,
        _ => default,
    };
}
