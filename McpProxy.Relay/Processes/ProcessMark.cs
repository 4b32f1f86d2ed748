namespace McpProxy.Relay.Processes;

/// <summary>
/// A variable in a child's environment. Processes hand their environment on, so that those below the child are known by it when it has died
/// and they have lost their parent.
/// </summary>
public sealed class ProcessMark
{
    /// <summary>The variable's name.</summary>
    public const string Name = "MCP_PROXY_CHILD";

    private readonly string _prefix;

    /// <summary>Makes the mark of a run.</summary>
    /// <param name="inherited">The variable's value in our own environment: a gateway can be another one's child, and its children are that one's too.</param>
    public ProcessMark(string? inherited) => _prefix = string.IsNullOrEmpty(inherited) ? Run : $"{inherited}/{Run}";

    /// <summary>What the value holds in all processes that this run started.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Marks the environment of a child.</summary>
    /// <returns>What the value holds in that child, and in all below it, and nowhere else.</returns>
    public string Put(IDictionary<string, string?> environment)
    {
        var own = Guid.NewGuid().ToString("N");
        environment[Name] = $"{_prefix}/{own}";
        return own;
    }
}
