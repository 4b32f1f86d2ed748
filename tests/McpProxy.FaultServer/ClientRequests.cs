using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace McpProxy.FaultServer;

/// <summary>Requests from this server to the client. Their ids count from 1, so that they collide with the client's own.</summary>
internal sealed class ClientRequests(FaultyWriter writer)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _pending = new(StringComparer.Ordinal);
    private int _lastId;

    /// <summary>Sends a request and returns the raw <c>result</c> or <c>error</c> of its answer, in an object of its own.</summary>
    public async Task<string> AskAsync(string method, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        writer.WriteMessage(Rpc.Request(id, method));
        return await answer.Task.WaitAsync(cancellationToken);
    }

    public void Complete(JsonElement answer)
    {
        var id = answer.Find("id");
        if (id.ValueKind == JsonValueKind.Number && _pending.TryRemove(id.GetRawText(), out var pending))
        {
            pending.SetResult(answer.TryGetProperty("error", out var error)
                ? $$"""{"error":{{error.GetRawText()}}}"""
                : $$"""{"result":{{answer.GetProperty("result").GetRawText()}}}""");
        }
    }
}
