using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using McpProxy.Soak.Clients;
using McpProxy.Soak.Plan;
using McpProxy.Soak.Results;

namespace McpProxy.Soak;

/// <summary>One session, as it was planned.</summary>
internal sealed class SessionRun(SessionPlan plan, McpClient client, Ledger ledger, TimeProvider time)
{
    private static readonly TimeSpan AfterCancel = TimeSpan.FromSeconds(10);

    private const int BurstCalls = 5;
    private const int MaxEchoCharacters = 3000;
    private const int BigBytes = 1_000_000;

    /// <summary>Read in less than the idle time: the gateway is done with it when the last byte is the kernel's, whenever that is read.</summary>
    private const int SlowlyReadBytes = 1_000_000;
    private const int FloodNotifications = 60_000;

    private string Where => $"session {plan.Number} ({plan.Wire}, {plan.Server.Name})";

    public async Task RunAsync()
    {
        var opened = await RecordAsync($"initialize {plan.Wire}", OpenAsync);
        if (opened.Outcome != Outcome.Answered)
        {
            return;
        }

        client.OnInitialized(plan.Listens);
        foreach (var step in plan.Steps)
        {
            if (!await RunAsync(step))
            {
                return;
            }
        }

        if (plan.Ending == Ending.MidCall)
        {
            var unanswered = CallAsync("left mid-call", plan.Server.IsSample ? "slow" : "sleep", """{"ms":3000,"milliseconds":3000}""", new Manner(LeavesAfter: Milliseconds(150)), leaves: true);
            await Task.WhenAny(unanswered, Task.Delay(Milliseconds(200), time, CancellationToken.None));
            await client.DisposeAsync();
            await unanswered;
        }
        else if (await client.EndAsync(plan.Ending) is { } problem)
        {
            ledger.Report($"end of {Where}: {problem}");
        }
    }

    private async Task<Reply> OpenAsync(CancellationToken cancellationToken)
    {
        await client.ConnectAsync(cancellationToken);
        var call = client.Begin();
        var reply = await client.RequestAsync(call, Rpc.Initialize(call.Id, plan.CanAnswer), Manner.Plain, cancellationToken);
        if (reply.Outcome == Outcome.Answered)
        {
            await client.SendAsync(Rpc.Initialized);
        }

        return reply;
    }

    /// <returns>Whether the session goes on.</returns>
    private async Task<bool> RunAsync(StepKind step)
    {
        var name = step.ToString().ToLowerInvariant();
        var reply = step switch
        {
            StepKind.Echo => await EchoAsync(name, Manner.Plain),
            StepKind.EchoJson => await EchoAsync(name, new Manner(WantsJson: true)),
            StepKind.Big => await BigAsync(name, BigBytes, Manner.Plain),
            StepKind.SlowReader => await BigAsync(name, SlowlyReadBytes, new Manner(ReadsSlowly: true)),
            StepKind.Slow => await CallAsync(name, "sleep", $$"""{"ms":{{plan.Random.Next(400)}}}""", Manner.Plain),
            StepKind.Progress => await ProgressAsync(name, plan.Random.Next(200), Manner.Plain),
            StepKind.Resume => await ProgressAsync(name, 50 + plan.Random.Next(150), new Manner(ResumesAfterEvents: 1 + plan.Random.Next(40))),
            StepKind.Error => await ErrorAsync(name),
            StepKind.Burst => (await Task.WhenAll(Enumerable.Range(0, BurstCalls).Select(_ => EchoAsync(name, Manner.Plain)))).MaxBy(reply => reply.Outcome)!,
            StepKind.Ping => await RequestAsync(name, Rpc.Ping, Manner.Plain),
            StepKind.Ask => await CallAsync(name, "ask", "{}", Manner.Plain),
            StepKind.Log => await CallAsync(name, "log", "{}", Manner.Plain),
            StepKind.Cancel => await CancelAsync(name),
            StepKind.Drop => await CallAsync(name, "sleep", """{"ms":1500}""", new Manner(LeavesAfter: Milliseconds(plan.Random.Next(300)))),
            StepKind.Stall => await CallAsync(
                name, "notify", $$"""{"count":{{FloodNotifications}}}""", new Manner(ReadsNothing: true, LeavesAfter: Milliseconds(1000))),
            StepKind.Crash => await CallAsync(name, "exit", "{}", Manner.Plain),
            StepKind.Kill => await KillAsync(name),
            _ => throw new UnreachableException(),
        };
        return reply.Outcome is not (Outcome.Refused or Outcome.Cut or Outcome.Lost);
    }

    private async Task<Reply> EchoAsync(string kind, Manner manner)
    {
        string value;
        lock (plan.Random)
        {
            value = $"{plan.Number}-{plan.Random.Next()}-{new string('é', plan.Random.Next(MaxEchoCharacters))}";
        }

        return await CallAsync(kind, "echo", $$"""{"value":"{{value}}"}""", manner, check: answer =>
            answer.GetProperty("result").GetProperty("structuredContent").GetProperty("value").GetString() == value ? null : "the echo is not what was said");
    }

    private Task<Reply> BigAsync(string kind, int bytes, Manner manner) => CallAsync(
        kind, "big", $$"""{"bytes":{{bytes}}}""", manner, check: answer => answer.Text()?.Length == bytes ? null : "the text is not as long as it was");

    private Task<Reply> ProgressAsync(string kind, int count, Manner manner) =>
        RecordAsync(kind, async cancellationToken =>
        {
            var call = client.Begin();
            var reply = await client.RequestAsync(call, Rpc.Call(call.Id, "notify", $$"""{"count":{{count}}}"""), manner, cancellationToken);
            return reply.Outcome == Outcome.Answered && !(call.IsInOrder && call.Progress == count)
                ? Reply.Wrong($"{call.Progress} of {count} progress notifications, in order: {call.IsInOrder}")
                : reply;
        });

    private Task<Reply> ErrorAsync(string kind) => RecordAsync(kind, async cancellationToken =>
    {
        var call = client.Begin();
        var reply = await client.RequestAsync(call, Rpc.Call(call.Id, "no-such-tool"), Manner.Plain, cancellationToken);
        return reply.Reason == "-32602 Unknown tool." ? reply with { Outcome = Outcome.Answered }
            : reply.Outcome == Outcome.Answered ? Reply.Wrong("a result instead of the error")
            : reply;
    });

    private Task<Reply> CancelAsync(string kind) => RecordAsync(kind, async cancellationToken =>
    {
        var call = client.Begin();
        var request = client.RequestAsync(call, Rpc.Call(call.Id, "sleep", """{"ms":20000}"""), Manner.Plain, cancellationToken);
        await Task.WhenAny(request, Task.Delay(Milliseconds(50 + plan.Random.Next(200)), time, cancellationToken));
        await client.SendAsync(Rpc.Cancelled(call.Id));
        if (plan.Wire is Wire.Bridge or Wire.SseBridge)
        {
            // The gateway answers at once; a bridge waits for that a while, and needs not say that nothing came (MCP 2025-11-25, cancellation).
            await Task.WhenAny(request, Task.Delay(AfterCancel, time, cancellationToken));
            return request.IsCompleted ? await request : new Reply(Outcome.Left, "cancelled, and not answered");
        }

        return await request;
    });

    /// <summary>Finds out which process serves the session, and kills it while a call is in flight.</summary>
    private async Task<Reply> KillAsync(string kind)
    {
        var found = await CallAsync($"{kind}: pid", "pid", "{}", Manner.Plain);
        if (found.Outcome != Outcome.Answered)
        {
            return found;
        }

        var call = CallAsync(kind, "sleep", """{"ms":5000}""", Manner.Plain);
        await Task.WhenAny(call, Task.Delay(Milliseconds(100), time, CancellationToken.None));
        try
        {
            using var process = Process.GetProcessById(int.Parse(found.Message.Text()!, CultureInfo.InvariantCulture));
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended meanwhile.
        }

        return await call;
    }

    private Task<Reply> CallAsync(string kind, string tool, string arguments, Manner manner, bool leaves = false, Func<JsonElement, string?>? check = null) =>
        RequestAsync(kind, id => Rpc.Call(id, tool, arguments), manner, leaves, check);

    private Task<Reply> RequestAsync(string kind, Func<int, string> request, Manner manner, bool leaves = false, Func<JsonElement, string?>? check = null) =>
        RecordAsync(kind, async cancellationToken =>
        {
            var call = client.Begin();
            Reply reply;
            try
            {
                reply = await client.RequestAsync(call, request(call.Id), manner, cancellationToken);
            }
            catch (Exception e) when (leaves && e is HttpRequestException or IOException or ObjectDisposedException or OperationCanceledException)
            {
                return Reply.Left;
            }

            return reply.Outcome == Outcome.Answered && check?.Invoke(reply.Message) is { } mistake ? Reply.Wrong(mistake) : reply;
        });

    private Task<Reply> RecordAsync(string kind, Func<CancellationToken, Task<Reply>> call) => ledger.RecordAsync(kind, Where, call, Judge);

    /// <summary>What ends a session whose server's entry was changed is no problem.</summary>
    private Reply Judge(Reply reply) =>
        plan.Server.IsReloaded && reply.Outcome is Outcome.Refused or Outcome.Cut ? reply with { IsSuspect = false } : reply;

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
