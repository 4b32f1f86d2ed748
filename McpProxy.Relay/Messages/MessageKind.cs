namespace McpProxy.Relay.Messages;

/// <summary>What a JSON-RPC 2.0 message is.</summary>
public enum MessageKind : byte
{
    /// <summary>Not scanned, or not a message.</summary>
    None,

    /// <summary>Has a method and an id: an answer is due.</summary>
    Request,

    /// <summary>Has a method and no id.</summary>
    Notification,

    /// <summary>Has a result or an error.</summary>
    Response,
}
