using System.Net.Http.Headers;
using System.Text;
using McpProxy.Soak.Plan;
using McpProxy.Soak.Results;

namespace McpProxy.Soak.Clients;

/// <summary>A client of HTTP+SSE, with connections of its own.</summary>
internal sealed class HttpSseClient(Uri sse, TimeProvider time, Action<string> report) : McpClient(report)
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _leaving = new();
    private SlowStream? _body;
    private Uri? _messages;
    private Task _reading = Task.CompletedTask;

    public override async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, sse);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        _body = new SlowStream(await response.Content.ReadAsStreamAsync(cancellationToken), time);
        var reader = new EventReader(_body);
        var endpoint = await reader.ReadAsync(cancellationToken) ?? throw new EndOfStreamException("the stream ended before the endpoint came");
        _messages = new Uri(sse, endpoint.Data);
        _reading = ReadAsync(reader);
    }

    public override async Task<Reply> RequestAsync(PendingCall call, string message, Manner manner, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(message, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            Inbox.Forget(call);
            return new Reply(Outcome.Refused, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}") { IsSuspect = true };
        }

        _body!.IsSlow = manner.ReadsSlowly;
        try
        {
            return Reply.Of(await call.Answer.WaitAsync(cancellationToken));
        }
        finally
        {
            _body.IsSlow = false;
        }
    }

    public override async Task SendAsync(string message)
    {
        using var deadline = new CancellationTokenSource(Ledger.Patience);
        using var response = await PostAsync(message, deadline.Token);
    }

    // The end of its stream is the end of the session, whichever way it goes.
    public override Task<string?> EndAsync(Ending ending) => Task.FromResult<string?>(null);

    protected override async ValueTask LeaveAsync()
    {
        await _leaving.CancelAsync();
        await _reading;
        _http.Dispose();
        _leaving.Dispose();
        _body?.Dispose();
    }

    private async Task ReadAsync(EventReader reader)
    {
        try
        {
            using (reader)
            {
                while (await reader.ReadAsync(_leaving.Token) is { } next)
                {
                    Inbox.Take(next.Data);
                }
            }

            Inbox.Close("the stream of HTTP+SSE ended");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Inbox.Close($"the stream of HTTP+SSE broke: {e.Message}");
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _messages) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(message)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _http.SendAsync(request, cancellationToken);
    }
}
