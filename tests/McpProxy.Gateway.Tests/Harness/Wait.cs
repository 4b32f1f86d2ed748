namespace McpProxy.Gateway.Tests.Harness;

/// <summary>Waits that end with the test, or after a time that only a hang takes.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>A source that is cancelled with the test, or after <see cref="Patience"/>.</summary>
    public static CancellationTokenSource Deadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source;
    }

    /// <summary>Waits for a task; says what it was for when that was in vain.</summary>
    public static async Task<T> ForAsync<T>(Task<T> task, string what)
    {
        await ForAsync((Task)task, what);
        return await task;
    }

    /// <summary>Waits for a task; says what it was for when that was in vain.</summary>
    public static async Task ForAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}.", e);
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(condition, () => what);

    /// <summary>Waits until a condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition, Func<string> what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Asks again and again until the answer is yes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var deadline = Deadline();
        using var pause = new PeriodicTimer(Pause);
        while (!await condition())
        {
            try
            {
                await pause.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what()}.", e);
            }
        }
    }

    /// <summary>Waits until a number has not changed for many looks in a row.</summary>
    /// <returns>The number.</returns>
    public static async Task<long> UntilSteadyAsync(Func<long> number, string what)
    {
        const int Looks = 60;
        var (last, same) = (number(), 0);
        await UntilAsync(
            () =>
            {
                var now = number();
                (last, same) = (now, now == last ? same + 1 : 0);
                return same >= Looks;
            },
            () => $"{what} goes on changing, now {last}");
        return last;
    }
}
