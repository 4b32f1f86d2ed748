using System.Collections.Concurrent;
using System.Text.Json;

namespace McpProxy.Soak.Clients;

/// <summary>Brings what a client receives to the call that it belongs to.</summary>
/// <param name="answer">Sends an answer to a request of the server.</param>
/// <param name="report">Takes what must not come.</param>
internal sealed class Inbox(Func<string, Task> answer, Action<string> report)
{
    private readonly ConcurrentDictionary<int, PendingCall> _pending = new();
    private string? _closed;

    public PendingCall Begin(int id)
    {
        var call = new PendingCall(id);
        _pending[id] = call;
        if (Volatile.Read(ref _closed) is { } reason)
        {
            call.Fail(reason);
        }

        return call;
    }

    /// <summary>The client no longer cares for the call.</summary>
    public void Forget(PendingCall call) => _pending.TryRemove(call.Id, out _);

    public void Take(string json)
    {
        var message = JsonElement.Parse(json);
        if (message.TryGetProperty("method", out var method))
        {
            OnMethod(method.GetString()!, message);
            return;
        }

        if (message.TryGetProperty("id", out var id) && id.TryGetInt32(out var number) && _pending.TryRemove(number, out var call))
        {
            call.Complete(message);
            return;
        }

        report($"an answer to no call: {json[..Math.Min(json.Length, 200)]}");
    }

    /// <summary>Nothing more comes: the calls that wait fail.</summary>
    public void Close(string reason)
    {
        Volatile.Write(ref _closed, reason);
        foreach (var id in _pending.Keys)
        {
            if (_pending.TryRemove(id, out var call))
            {
                call.Fail(reason);
            }
        }
    }

    private void OnMethod(string method, JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            // Discarded: it catches what the end of the connection makes of it.
            _ = AnswerAsync(id.GetRawText());
        }
        else if (method == "notifications/progress")
        {
            var parameters = message.GetProperty("params");
            if (parameters.GetProperty("progressToken").TryGetInt32(out var token) && _pending.TryGetValue(token, out var call))
            {
                call.OnProgress(parameters.GetProperty("progress").GetInt32());
            }
        }
    }

    private async Task AnswerAsync(string id)
    {
        try
        {
            await answer($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"roots":[]}}""");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left, and the server learns it.
        }
    }
}
