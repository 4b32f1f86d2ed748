using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>
/// A server that does exactly what a few lines of shell say. They may use <c>hear</c>, which reads a line and tells it to the
/// gateway's log; <c>say JSON</c>; <c>result JSON</c>, which answers what was heard last; <c>answer ID JSON</c>, with <c>$id</c>
/// being the id heard last; <c>initialize</c>, which hears and answers the handshake. When they are through, it goes on hearing.
/// </summary>
internal static class ScriptedServer
{
    private const string Prelude = """
        say() { printf '%s\n' "$1"; }
        hear() { IFS= read -r line || exit 0; printf 'heard %s\n' "$line" >&2; id=${line#*\"id\":}; id=${id%%[,\}]*}; }
        answer() { say "{\"jsonrpc\":\"2.0\",\"id\":$1,\"result\":$2}"; }
        result() { answer "$id" "$1"; }
        initialize() {
          hear
          result '{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"resources":{"subscribe":true}},"serverInfo":{"name":"scripted","version":"1"}}'
          hear
        }

        """;

    public static BackendOptions Create(SharingMode sharing, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        return new BackendOptions { Command = "sh", Args = ["-c", $"{Prelude}{script}\nwhile :; do hear; done"], Sharing = sharing };
    }

    public static BackendOptions Auto(string script) => Create(SharingMode.Auto, script);

    public static BackendOptions Shared(string script) => Create(SharingMode.Shared, script);

    public static BackendOptions Dedicated(string script) => Create(SharingMode.Dedicated, script);
}
