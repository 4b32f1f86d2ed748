namespace McpProxy.AppHost.Model;

/// <summary>What an operator command came to.</summary>
/// <param name="Succeeded">Whether the gateway did it.</param>
/// <param name="Message">One sentence for the person who asked.</param>
/// <param name="Details">What there is to show, as Markdown; null when the sentence says it all.</param>
internal sealed record OperatorAnswer(bool Succeeded, string Message, string? Details = null);
