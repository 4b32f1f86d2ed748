namespace McpProxy.Relay.Messages;

/// <summary>Why some bytes are not a JSON-RPC message.</summary>
public enum ScanFault : byte
{
    /// <summary>They are one.</summary>
    None,

    /// <summary>Not JSON, or more than one JSON value.</summary>
    NotJson,

    /// <summary>JSON that nests deeper than <see cref="MessageScanner.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>JSON, but not an object.</summary>
    NotAnObject,

    /// <summary><c>jsonrpc</c> is missing or not <c>"2.0"</c>.</summary>
    Version,

    /// <summary><c>id</c> is neither a string nor a number.</summary>
    Id,

    /// <summary><c>id</c> or a progress token is longer than <see cref="MessageScanner.MaxTokenBytes"/>.</summary>
    TokenTooLong,

    /// <summary><c>method</c> is not a string.</summary>
    Method,

    /// <summary>Neither a request nor a notification nor a response, or two of them at once.</summary>
    Shape,

    /// <summary>A member that routing reads stands there twice: two parsers could read two different messages.</summary>
    Duplicate,

    /// <summary>An array without messages.</summary>
    EmptyBatch,

    /// <summary>An array of more than <see cref="MessageReader.MaxBatch"/> messages.</summary>
    BatchTooLong,

    /// <summary>Longer than the receiver's limit.</summary>
    TooLarge,
}

/// <summary>How a <see cref="ScanFault"/> is told to the peer.</summary>
public static class ScanFaults
{
    /// <summary>The JSON-RPC error code: -32700 for what is not JSON, else -32600 (JSON-RPC 2.0, section 5.1).</summary>
    public static int Code(this ScanFault fault) => fault is ScanFault.NotJson or ScanFault.TooDeep ? -32700 : -32600;

    /// <summary>What is wrong, as one sentence.</summary>
    public static string Describe(this ScanFault fault) => fault switch
    {
        ScanFault.None => "It is a JSON-RPC message.",
        ScanFault.NotJson => "Parse error: not valid JSON.",
        ScanFault.TooDeep => $"Parse error: the JSON nests deeper than {MessageScanner.MaxDepth} levels.",
        ScanFault.NotAnObject => "Invalid request: a JSON-RPC message is a JSON object.",
        ScanFault.Version => "Invalid request: \"jsonrpc\" must be \"2.0\".",
        ScanFault.Id => "Invalid request: \"id\" must be a string or a number.",
        ScanFault.TokenTooLong => $"Invalid request: \"id\" and \"progressToken\" may have {MessageScanner.MaxTokenBytes} bytes at most.",
        ScanFault.Method => "Invalid request: \"method\" must be a string.",
        ScanFault.Shape => "Invalid request: a message has either \"method\", or \"id\" with one of \"result\" and \"error\".",
        ScanFault.Duplicate => "Invalid request: a member that decides where the message goes is there twice.",
        ScanFault.EmptyBatch => "Invalid request: the batch is empty.",
        ScanFault.BatchTooLong => $"Invalid request: a batch may have {MessageReader.MaxBatch} messages at most.",
        ScanFault.TooLarge => "Invalid request: the message is too large.",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, message: null),
    };
}
