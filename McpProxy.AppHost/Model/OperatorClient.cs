using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace McpProxy.AppHost.Model;

/// <summary>Calls the gateway's operator endpoints. What can go wrong is an answer, not an exception.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="gateway">The gateway's address.</param>
/// <param name="key">Its operator key.</param>
internal sealed class OperatorClient(HttpMessageInvoker http, Uri gateway, string key)
{
    /// <summary>The gateway answers at once: a restart goes on after it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Starts a backend again. Calls that it has not answered fail.</summary>
    public Task<OperatorAnswer> RestartAsync(string backend, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, $"/operator/servers/{Uri.EscapeDataString(BackendName.Check(backend))}/restart", ReadAsync, cancellationToken);

    /// <summary>Lists the open sessions.</summary>
    public Task<OperatorAnswer> ListSessionsAsync(CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, "/operator/sessions", ReadSessionsAsync, cancellationToken);

    private async Task<OperatorAnswer> AskAsync(
        HttpMethod method, string path, Func<HttpResponseMessage, CancellationToken, Task<OperatorAnswer>> read, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var request = new HttpRequestMessage(method, new Uri(gateway, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await http.SendAsync(request, limit.Token);
            return response.IsSuccessStatusCode ? await read(response, limit.Token) : Refusal(response.StatusCode);
        }
        catch (HttpRequestException)
        {
            return new OperatorAnswer(false, "The gateway cannot be reached.");
        }
        catch (JsonException)
        {
            return new OperatorAnswer(false, "The gateway's answer cannot be read: is it of the same version?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new OperatorAnswer(false, $"The gateway did not answer within {Patience.TotalSeconds:0} seconds.");
        }
    }

    private static async Task<OperatorAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var restart = await response.Content.ReadFromJsonAsync<Restart>(cancellationToken);
        return new OperatorAnswer(true, $"{restart?.Server}: {restart?.State}.");
    }

    private static async Task<OperatorAnswer> ReadSessionsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var sessions = (await response.Content.ReadFromJsonAsync<SessionList>(cancellationToken))?.Sessions ?? [];
        return sessions.Count == 0
            ? new OperatorAnswer(true, "No session is open.")
            : new OperatorAnswer(true, sessions.Count == 1 ? "One session is open." : $"{sessions.Count} sessions are open.", SessionTable.Create(sessions));
    }

    private static OperatorAnswer Refusal(HttpStatusCode status) => new(false, status switch
    {
        HttpStatusCode.Unauthorized => "The gateway refused the operator key.",
        HttpStatusCode.NotFound => "The gateway has no backend of that name, or no operator endpoints.",
        _ => $"The gateway answered with HTTP {(int)status}.",
    });

    private sealed record Restart(string Server, string State);

    private sealed record SessionList(IReadOnlyList<OperatorSession> Sessions);
}
