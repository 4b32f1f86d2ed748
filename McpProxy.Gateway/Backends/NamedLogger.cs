namespace McpProxy.Gateway.Backends;

/// <summary>Lets what a part says that knows no backend begin with the backend's name, as all records of backends do.</summary>
internal sealed class NamedLogger(string name, ILogger logger) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        logger.Log(logLevel, eventId, state, exception, (inner, e) => $"[{name}] {formatter(inner, e)}");
}
