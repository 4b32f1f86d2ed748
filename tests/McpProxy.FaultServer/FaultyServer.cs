using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace McpProxy.FaultServer;

/// <summary>Reads requests and answers them, each on its own, so that a slow one holds up no other.</summary>
internal sealed class FaultyServer
{
    private const int ExitCode = 1;

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);
    private readonly Recorder _recorder = new();
    private readonly FaultOptions _options;
    private readonly FaultyWriter _writer;
    private readonly ClientRequests _clientRequests;
    private readonly RequestHandler _requests;

    public FaultyServer(FaultOptions options, FaultyWriter writer)
    {
        _options = options;
        _writer = writer;
        _clientRequests = new ClientRequests(writer);
        _requests = new RequestHandler(options, _recorder, new Tools(options, writer, _recorder, _clientRequests));
    }

    /// <summary>Serves until the input ends; what still runs then is not waited for.</summary>
    public async Task RunAsync(Stream input)
    {
        var reader = new LineReader(input);
        while (await reader.ReadAsync() is { } line)
        {
            _recorder.AddLine(Encoding.UTF8.GetString(line));
            if (!TryParse(line, out var message))
            {
                continue;
            }

            if (message.ValueKind == JsonValueKind.Array)
            {
                _ = AnswerBatchAsync([.. message.EnumerateArray()]); // HandleAsync catches and reports what goes wrong.
                continue;
            }

            var answer = AnswerAsync(message); // The same.
            if (_options.NoRead && message.Find("method").Text() == "initialize")
            {
                await answer;
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            }
        }
    }

    private async Task AnswerAsync(JsonElement message)
    {
        if (await HandleAsync(message) is { } answer)
        {
            _writer.WriteAnswer(answer);
        }
    }

    private async Task AnswerBatchAsync(JsonElement[] messages)
    {
        var answers = await Task.WhenAll(messages.Select(HandleAsync));
        if (answers.Any(answer => answer is not null))
        {
            var batch = string.Join(',', answers.Where(answer => answer is not null));
            _writer.WriteAnswer(_options.Batch ? batch : $"[{batch}]");
        }
    }

    /// <summary>Returns the answer, or null when none is due.</summary>
    private async Task<string?> HandleAsync(JsonElement message)
    {
        var method = message.Find("method").Text();
        var id = message.Find("id");
        if (method is null || id.ValueKind == JsonValueKind.Undefined)
        {
            HandleNotificationOrAnswer(method, message);
            return null;
        }

        if (_writer.Answered >= _options.ExitAfter || (_options.DiscoverCrash && method == "server/discover"))
        {
            Environment.Exit(ExitCode);
        }

        var token = id.GetRawText();
        var answerId = _options.UnicodeEscape ? PythonToken.Reserialize(token) : token;
        using var cancellation = new CancellationTokenSource();
        _running[token] = cancellation;
        try
        {
            var result = await _requests.HandleAsync(method, message.Find("params"), cancellation.Token);
            return result is null ? null : Rpc.Result(answerId, result);
        }
        catch (RpcException error)
        {
            return Rpc.Error(answerId, error);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"fault-server: {bug}");
            return Rpc.Error(answerId, new RpcException(-32603, "Internal error: see stderr."));
        }
        finally
        {
            _running.TryRemove(new(token, cancellation));
        }
    }

    private void HandleNotificationOrAnswer(string? method, JsonElement message)
    {
        if (method is null)
        {
            _clientRequests.Complete(message);
        }
        else if (method == "notifications/cancelled"
            && message.Find("params", "requestId") is { ValueKind: not JsonValueKind.Undefined } requestId
            && _running.TryGetValue(requestId.GetRawText(), out var cancellation))
        {
            cancellation.Cancel();
        }
    }

    private static bool TryParse(byte[] line, out JsonElement message)
    {
        try
        {
            message = JsonElement.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            message = default; // The line is in the recorder for the test to see.
            return false;
        }
    }
}
