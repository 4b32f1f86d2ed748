namespace McpProxy.Gateway.Configuration;

/// <summary>How many words of the command line a flag takes after its name.</summary>
internal enum FlagValues
{
    /// <summary>None: <c>--version</c>.</summary>
    None,

    /// <summary>None, and it has an opposite: <c>--debug</c>, <c>--no-debug</c>.</summary>
    Switch,

    /// <summary>One: <c>--port 8080</c>, <c>--port=8080</c>.</summary>
    One,

    /// <summary>One, unless what follows is an address, another flag or nothing: <c>--verify-ssl</c>, <c>--verify-ssl ca.pem</c>.</summary>
    Optional,

    /// <summary>Two: <c>--env KEY VALUE</c>.</summary>
    Pair,

    /// <summary>One, and as many more as look like an origin: <c>--allow-origin https://a.example https://b.example</c>.</summary>
    Origins,
}
