using System.Text;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway;

/// <summary>What the gateway says once it listens: where, and one line a backend.</summary>
internal static class Banner
{
    /// <summary>Writes the banner.</summary>
    /// <param name="urls">The addresses that it listens on, with their real ports.</param>
    /// <param name="options">The gateway's options.</param>
    /// <param name="set">The backends.</param>
    public static string Create(IEnumerable<string> urls, GatewayOptions options, BackendSet set)
    {
        var text = new StringBuilder();
        var bases = urls.Select(url => Reachable(url) + options.PathBase).ToList();
        text.AppendLine($"mcp-proxy {GatewayVersion.Text} listening on {string.Join(", ", bases)}");
        var width = set.Backends.Keys.Max(name => name.Length);
        foreach (var (name, backend) in set.Backends.OrderBy(entry => entry.Key != GatewayOptions.DefaultBackend).ThenBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var address = bases[0] + (name == GatewayOptions.DefaultBackend ? "" : $"/servers/{name}");
            text.AppendLine($"  {name.PadRight(width)}  {address}/mcp  {address}/sse  ({Backend.NameOf(backend)})");
        }

        return text.AppendLine($"  {"status".PadRight(width)}  {bases[0]}/status").ToString();
    }

    /// <summary>A listener on all addresses is shown by one that can be typed.</summary>
    private static string Reachable(string url) => url.Replace("[::]", "localhost").Replace("0.0.0.0", "localhost").TrimEnd('/');
}
