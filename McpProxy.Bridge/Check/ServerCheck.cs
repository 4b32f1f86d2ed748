using System.Diagnostics;
using System.Text.Json;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;

namespace McpProxy.Bridge.Check;

/// <summary>Shakes hands with a server, counts what it offers, and times a round trip; as far as it goes.</summary>
/// <param name="transport">The way to the server.</param>
/// <param name="server">The server, as telemetry names it.</param>
/// <param name="timeout">How long each answer may take.</param>
/// <param name="pool">Where message buffers come from.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerCheck(ITransport transport, Party server, TimeSpan timeout, MessagePool pool, TimeProvider time)
{
    private const string Revision = "2025-11-25";

    /// <summary>A server that hands out page after page is believed so far.</summary>
    private const int MaxPages = 1000;

    private CheckStep _step = CheckStep.Initialize;
    private long _lastId;

    /// <summary>Runs the check. A failure is in the report.</summary>
    public async Task<CheckReport> RunAsync(CheckReport report, CancellationToken cancellationToken)
    {
        using var span = McpTelemetry.Start("mcp-proxy check");
        report = await TryRunAsync(report, cancellationToken);
        span?.SetStatus(report.Error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, report.Error);
        return report;
    }

    private async Task<CheckReport> TryRunAsync(CheckReport report, CancellationToken cancellationToken)
    {
        try
        {
            using var initialized = await AskAsync("initialize", WriteInitialize, cancellationToken);
            var result = initialized.RootElement.GetProperty("result");
            report = Read(report, result);
            await transport.SendOrDiscardAsync(OwnMessages.Call(pool, default, "notifications/initialized"), cancellationToken);
            var capabilities = result.TryGetProperty("capabilities", out var found) ? found : default;
            report = report with { Tools = await CountAsync(CheckStep.Tools, capabilities, "tools", cancellationToken) };
            report = report with { Prompts = await CountAsync(CheckStep.Prompts, capabilities, "prompts", cancellationToken) };
            report = report with { Resources = await CountAsync(CheckStep.Resources, capabilities, "resources", cancellationToken) };
            _step = CheckStep.Ping;
            var since = time.GetTimestamp();
            (await AskAsync("ping", null, cancellationToken)).Dispose();
            return report with { RoundTrip = time.GetElapsedTime(since) };
        }
        catch (CheckException e)
        {
            return report with { FailedStep = _step, Error = e.Message };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return report with { FailedStep = _step, Error = "The check was stopped." };
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException)
        {
            return report with { FailedStep = _step, Error = "The answer is not what the protocol wants." };
        }
    }

    private static CheckReport Read(CheckReport report, JsonElement result) => report with
    {
        ProtocolVersion = Text(result, "protocolVersion"),
        ServerName = result.TryGetProperty("serverInfo", out var server) ? Text(server, "name") : null,
        ServerVersion = server.ValueKind == JsonValueKind.Object ? Text(server, "version") : null,
    };

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void WriteInitialize(Utf8JsonWriter writer)
    {
        writer.WriteString("protocolVersion"u8, Revision);
        writer.WriteStartObject("capabilities"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("clientInfo"u8);
        writer.WriteString("name"u8, "mcp-proxy check");
        writer.WriteString("version"u8, typeof(ServerCheck).Assembly.GetName().Version?.ToString(3));
        writer.WriteEndObject();
    }

    private async Task<int?> CountAsync(CheckStep step, JsonElement capabilities, string what, CancellationToken cancellationToken)
    {
        if (capabilities.ValueKind != JsonValueKind.Object || !capabilities.TryGetProperty(what, out _))
        {
            return null;
        }

        _step = step;
        var (count, cursor) = (0, (string?)null);
        for (var page = 0; page < MaxPages; page++)
        {
            var from = cursor;
            using var answer = await AskAsync($"{what}/list", writer => WriteCursor(writer, from), cancellationToken);
            var result = answer.RootElement.GetProperty("result");
            count += result.GetProperty(what).GetArrayLength();
            cursor = Text(result, "nextCursor");
            if (cursor is null)
            {
                break;
            }
        }

        return count;
    }

    private static void WriteCursor(Utf8JsonWriter writer, string? cursor)
    {
        if (cursor is not null)
        {
            writer.WriteString("cursor"u8, cursor);
        }
    }

    private async Task<JsonDocument> AskAsync(string method, Action<Utf8JsonWriter>? writeParams, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        var id = JsonToken.From(++_lastId);
        var request = OwnMessages.Call(pool, id, method, writeParams);
        var operation = McpOperation.BeginOwn(request);
        operation?.Send(request, server);
        Activity.Current = operation?.Client ?? Activity.Current;
        try
        {
            if (!await transport.SendOrDiscardAsync(request, patience.Token))
            {
                throw new CheckException("The server has gone.");
            }

            using var answer = await ReceiveAsync(id, patience.Token);
            operation?.End(answer);
            return ReadAnswer(answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CheckException($"The server did not answer {method} within {timeout.TotalSeconds} s. --connect-timeout allows it more.");
        }
        finally
        {
            using var nothing = RemoteFault.NoAnswer.ToMessage(pool, id);
            operation?.End(nothing); // If it has not ended.
        }
    }

    private async Task<Message> ReceiveAsync(JsonToken id, CancellationToken cancellationToken)
    {
        while (await transport.ReceiveAsync(cancellationToken) is { End: EndReason.None } received)
        {
            if (received.Message is { Envelope.Kind: MessageKind.Response } response && response.Id == id)
            {
                return response;
            }

            using var message = received.Message;
            if (message is { Envelope.Kind: MessageKind.Request })
            {
                var answer = message.Envelope.Method == McpMethod.Ping
                    ? OwnMessages.EmptyResult(pool, message.Id)
                    : OwnMessages.Error(pool, message.Id, -32601, "mcp-proxy check answers no requests.");
                await transport.SendOrDiscardAsync(answer, cancellationToken);
            }
        }

        throw new CheckException("The server ended the conversation before it answered.");
    }

    private static JsonDocument ReadAnswer(Message message)
    {
        var answer = JsonDocument.Parse(message.ToArray(), new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        if (!message.Envelope.IsError)
        {
            return answer;
        }

        using (answer)
        {
            throw new CheckException(Text(answer.RootElement.GetProperty("error"), "message") ?? "The server answered with an error that says nothing.");
        }
    }
}
