namespace McpProxy.Bridge.Authorization;

/// <summary>A login that did not succeed, for those who waited for it.</summary>
/// <param name="At">When it failed.</param>
/// <param name="Message">Why.</param>
internal sealed record LoginFailure(DateTimeOffset At, string Message);
