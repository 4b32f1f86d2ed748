using System.Net;

namespace McpProxy.Gateway.Security;

/// <summary>Which names stand for this machine.</summary>
internal static class HostNames
{
    /// <summary>Whether a host, without port, is loopback: <c>localhost</c> and names below it (RFC 6761, 6.3), 127.0.0.0/8, ::1.</summary>
    public static bool IsLoopback(string host)
    {
        host = host.TrimEnd('.');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }
}
