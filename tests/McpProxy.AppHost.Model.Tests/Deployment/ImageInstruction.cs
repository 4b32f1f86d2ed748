namespace McpProxy.AppHost.Model.Tests.Deployment;

/// <summary>One instruction of a Dockerfile, its continued lines joined.</summary>
/// <param name="Stage">The number of the stage that it belongs to; -1 before the first.</param>
/// <param name="Name">Its name, in capitals.</param>
/// <param name="Text">What follows the name.</param>
internal sealed record ImageInstruction(int Stage, string Name, string Text)
{
    /// <summary>The words, without flags such as <c>--from=build</c>.</summary>
    public string[] Words => [.. Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    /// <summary>The value of a flag, or null.</summary>
    public string? Flag(string name) =>
        Text.Split(' ').FirstOrDefault(word => word.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
}
