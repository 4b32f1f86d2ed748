using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Gateway.Tests.Backends;

public sealed class SpareTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ProcessThatTakesLongToStart_HoldsUpNobodyElse()
    {
        using var start = new HeldUpStart();
        await using var guard = new ProcessGuard(TimeProvider.System, NullLogger.Instance);
        await using var backend = new Backend(
            "slow", ScriptedServer.Dedicated(""), new BackendContext(new GatewayOptions(), new MessagePool(), TimeProvider.System, new RemoteClient(), guard, start));
        var starting = Task.Run(backend.Start, Token);
        try
        {
            await Wait.ForAsync(start.Reached, "its process is being started");

            Assert.Equal(0, await Wait.ForAsync(Task.Run(() => backend.InFlight, Token), "it says how many requests are in flight"));
        }
        finally
        {
            start.GoOn();
            await starting;
        }
    }

    /// <summary>Holds up what starts a process at the moment at which it is logged.</summary>
    private sealed class HeldUpStart : ILogger, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();

        public Task Reached => _reached.Task;

        public void GoOn() => _goOn.Set();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains("started process", StringComparison.Ordinal))
            {
                _reached.TrySetResult();
                _goOn.Wait(Token);
            }
        }

        public void Dispose() => _goOn.Dispose();
    }
}
