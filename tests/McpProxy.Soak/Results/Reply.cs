using System.Text.Json;

namespace McpProxy.Soak.Results;

/// <summary>What a call came to.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, when it was not answered.</param>
/// <param name="Message">The answer, if there was one.</param>
internal sealed record Reply(Outcome Outcome, string? Reason = null, JsonElement Message = default)
{
    /// <summary>The defect of ours, among the codes of errors.</summary>
    private const int InternalError = -32603;

    public static readonly Reply Left = new(Outcome.Left);

    /// <summary>Whether no server and no client is to blame for it.</summary>
    public bool IsSuspect { get; init; } = Outcome is Outcome.Cut or Outcome.Lost or Outcome.Wrong;

    /// <summary>The reply that a JSON-RPC answer is.</summary>
    public static Reply Of(JsonElement message)
    {
        if (!message.TryGetProperty("error", out var error))
        {
            return new Reply(Outcome.Answered, null, message);
        }

        var code = error.GetProperty("code").GetInt32();
        return new Reply(Outcome.Error, $"{code} {error.GetProperty("message").GetString()}", message) { IsSuspect = code == InternalError };
    }

    public static Reply Wrong(string reason) => new(Outcome.Wrong, reason);
}
