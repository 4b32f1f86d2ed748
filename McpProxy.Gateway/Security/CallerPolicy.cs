using McpProxy.Gateway.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Security;

/// <summary>
/// Who may ask (DESIGN, "Who may ask"). A page in a browser can make requests to this machine, and by rebinding a name of its own to
/// 127.0.0.1 even read the answers (MCP 2025-11-25, transports, security warning); its Origin and Host give it away.
/// </summary>
internal sealed class CallerPolicy
{
    private readonly Lazy<bool> _checksHost;
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;
    private volatile string? _lastAllowed;

    /// <summary>Reads the allow-lists.</summary>
    public CallerPolicy(IOptions<GatewayOptions> options, IServer server)
    {
        _hosts = new HashSet<string>(options.Value.AllowHost, StringComparer.OrdinalIgnoreCase);
        _origins = new HashSet<string>(options.Value.AllowOrigin.Select(origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
        _checksHost = new Lazy<bool>(() => _hosts.Count > 0 || ListensOnLoopbackOnly(server, options.Value.Host));
    }

    /// <summary>Whether pages of any origin may call.</summary>
    public bool AllowsAnyOrigin => _origins.Contains("*");

    /// <summary>Whether a request may be addressed to this host.</summary>
    public bool AllowsHost(HostString host)
    {
        if (!host.HasValue || host.Value == _lastAllowed)
        {
            return true; // Most callers use the same one.
        }

        var isAllowed = !_checksHost.Value || HostNames.IsLoopback(host.Host) || _hosts.Contains("*") || _hosts.Contains(host.Host) || _hosts.Contains(host.Value!);
        _lastAllowed = isAllowed ? host.Value : _lastAllowed;
        return isAllowed;
    }

    /// <summary>Whether pages of this origin may call: loopback, or named.</summary>
    public bool AllowsOrigin(string origin) =>
        AllowsAnyOrigin || _origins.Contains(origin) || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && HostNames.IsLoopback(uri.Host));

    /// <summary>Whether pages of this origin may call a gateway that is addressed as <paramref name="host"/>: also our own pages.</summary>
    public bool AllowsOrigin(string origin, HostString host) => AllowsOrigin(origin) || IsSame(origin, host);

    private static bool IsSame(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Host.Trim('[', ']').Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && uri.Port == (host.Port ?? (uri.IsDefaultPort ? uri.Port : -1));

    private static bool ListensOnLoopbackOnly(IServer server, string configured)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses;
        return addresses is { Count: > 0 }
            ? addresses.All(address => HostNames.IsLoopback(BindingAddress.Parse(address).Host))
            : HostNames.IsLoopback(configured);
    }
}
