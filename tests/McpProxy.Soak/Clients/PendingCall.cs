using System.Text.Json;

namespace McpProxy.Soak.Clients;

/// <summary>A call that waits for its answer.</summary>
internal sealed class PendingCall(int id)
{
    private readonly TaskCompletionSource<JsonElement> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The request's id, and its progress token.</summary>
    public int Id => id;

    public Task<JsonElement> Answer => _answer.Task;

    /// <summary>How many progress notifications came.</summary>
    public int Progress { get; private set; }

    /// <summary>Whether none of them was missing, came twice or out of order.</summary>
    public bool IsInOrder { get; private set; } = true;

    public void OnProgress(int number)
    {
        IsInOrder &= number == ++Progress;
    }

    public void Complete(JsonElement answer) => _answer.TrySetResult(answer);

    public void Fail(string reason) => _answer.TrySetException(new EndOfStreamException(reason));
}
