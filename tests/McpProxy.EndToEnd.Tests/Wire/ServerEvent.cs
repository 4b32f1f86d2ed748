namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>One event of a server-sent stream, or one comment between events.</summary>
/// <param name="Id">Its <c>id</c> field.</param>
/// <param name="Type">Its <c>event</c> field; <c>message</c> when it has none.</param>
/// <param name="Data">Its <c>data</c> fields, joined by line feeds.</param>
/// <param name="Comment">The text of a comment line; an event has none.</param>
internal sealed record ServerEvent(string? Id, string Type, string Data, string? Comment = null);
