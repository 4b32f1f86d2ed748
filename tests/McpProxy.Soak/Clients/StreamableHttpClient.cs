using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using McpProxy.Soak.Plan;
using McpProxy.Soak.Results;

namespace McpProxy.Soak.Clients;

/// <summary>A client of Streamable HTTP, with connections of its own.</summary>
internal sealed class StreamableHttpClient(Uri endpoint, TimeProvider time, Action<string> report) : McpClient(report)
{
    private const int MaxResumptions = 3;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _leaving = new();
    private Task _listening = Task.CompletedTask;
    private string? _sessionId;

    public override async Task<Reply> RequestAsync(PendingCall call, string message, Manner manner, CancellationToken cancellationToken)
    {
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (manner.LeavesAfter is { } after)
        {
            leaves.CancelAfter(after);
        }

        try
        {
            return await PostAsync(call, message, manner, leaves.Token);
        }
        catch (OperationCanceledException) when (leaves.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Reply.Left;
        }
        finally
        {
            Inbox.Forget(call);
        }
    }

    public override async Task SendAsync(string message)
    {
        using var deadline = new CancellationTokenSource(Ledger.Patience);
        using var response = await SendAsync(HttpMethod.Post, message, "application/json, text/event-stream", null, deadline.Token);
    }

    public override void OnInitialized(bool listens) => _listening = listens ? ListenAsync() : Task.CompletedTask;

    public override async Task<string?> EndAsync(Ending ending)
    {
        if (ending != Ending.Proper || _sessionId is null)
        {
            return null;
        }

        using var deadline = new CancellationTokenSource(Ledger.Patience);
        try
        {
            using var response = await SendAsync(HttpMethod.Delete, null, null, null, deadline.Token);
            return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound ? null : $"DELETE: {(int)response.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return $"DELETE: {e.Message}";
        }
    }

    protected override async ValueTask LeaveAsync()
    {
        await _leaving.CancelAsync();
        await _listening;
        _http.Dispose();
        _leaving.Dispose();
    }

    private async Task<Reply> PostAsync(PendingCall call, string message, Manner manner, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Post, message, manner.WantsJson ? "application/json" : "application/json, text/event-stream", null, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return Refused(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }

        _sessionId ??= response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : null;
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            return Reply.Of(JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)));
        }

        if (manner.ReadsNothing)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        var (reply, lastId) = await ReadAsync(call, response, manner, manner.ResumesAfterEvents, cancellationToken);
        for (var attempt = 0; reply is null && lastId is not null && attempt < MaxResumptions; attempt++)
        {
            (reply, lastId) = await ResumeAsync(call, lastId, manner, cancellationToken);
        }

        return reply ?? new Reply(Outcome.Cut, $"the stream ended without the answer, {(lastId is null ? "without an event id" : "and so it did when resumed")}");
    }

    private async Task<(Reply? Reply, string? LastId)> ResumeAsync(PendingCall call, string lastId, Manner manner, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, null, "text/event-stream", lastId, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return (Refused(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken)), lastId);
        }

        var (reply, newId) = await ReadAsync(call, response, manner, null, cancellationToken);
        return (reply, newId ?? lastId);
    }

    /// <summary>Reads a stream to the answer, to its end, or for so many events.</summary>
    private async Task<(Reply? Reply, string? LastId)> ReadAsync(
        PendingCall call, HttpResponseMessage response, Manner manner, int? events, CancellationToken cancellationToken)
    {
        using var reader = new EventReader(new SlowStream(await response.Content.ReadAsStreamAsync(cancellationToken), time) { IsSlow = manner.ReadsSlowly });
        try
        {
            for (var read = 0; read < (events ?? int.MaxValue) && await reader.ReadAsync(cancellationToken) is { } next; read++)
            {
                Inbox.Take(next.Data);
                if (call.Answer.IsCompleted)
                {
                    return (Reply.Of(await call.Answer), reader.LastId);
                }
            }
        }
        catch (IOException) when (reader.LastId is not null)
        {
            // A stream that was cut can be resumed.
        }

        return (null, reader.LastId);
    }

    private async Task ListenAsync()
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Get, null, "text/event-stream", null, _leaving.Token);
            using var reader = new EventReader(await response.Content.ReadAsStreamAsync(_leaving.Token));
            while (response.IsSuccessStatusCode && await reader.ReadAsync(_leaving.Token) is { } next)
            {
                Inbox.Take(next.Data);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // It ended with the session, or the client left.
        }
    }

    private static Reply Refused(HttpStatusCode status, string body)
    {
        var text = body.StartsWith('{') && JsonElement.Parse(body).TryGetProperty("error", out var error) ? error.GetProperty("message").GetString() : body;
        return new Reply(Outcome.Refused, $"{(int)status} {text}") { IsSuspect = true };
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string? body, string? accept, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, endpoint);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in ((string, string?)[])[("Accept", accept), ("Mcp-Session-Id", _sessionId), ("Last-Event-ID", lastEventId)])
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
