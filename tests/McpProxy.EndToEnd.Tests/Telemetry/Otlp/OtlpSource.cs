namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <param name="Service">The <c>service.name</c> of the resource.</param>
/// <param name="Scope">The name of the instrumentation scope.</param>
internal sealed record OtlpSource(string Service, string Scope);
