using McpProxy.Gateway.Errors;

namespace McpProxy.Gateway.Backends;

/// <summary>What came of an attempt to connect: a connection, or the reason why there is none.</summary>
internal readonly record struct Attempt(Connection? Connection, ProxyFault? Fault);
