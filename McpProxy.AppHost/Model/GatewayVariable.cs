using System.Globalization;

namespace McpProxy.AppHost.Model;

/// <summary>The environment variables that configure the gateway: its section <c>McpProxy</c>, with <c>__</c> between the keys.</summary>
internal static class GatewayVariable
{
    /// <summary>The key that the gateway's operator endpoints ask for.</summary>
    public const string OperatorKey = "McpProxy__OperatorKey";

    /// <summary>What declares a backend that is a command.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="command">A program on the gateway's <c>PATH</c>, or a path.</param>
    /// <param name="arguments">The program's arguments, one element each; no shell reads them.</param>
    public static IEnumerable<KeyValuePair<string, string>> ForCommand(string backend, string command, IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        return
        [
            new(Of(backend, "Command"), command),
            .. arguments.Index().Select(argument => KeyValuePair.Create(
                Of(backend, "Args", argument.Index.ToString(CultureInfo.InvariantCulture)), argument.Item)),
        ];
    }

    /// <summary>What declares a backend that is a remote server.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="address">An http or https address without a user name: a password in it would reach logs.</param>
    /// <param name="transport"><c>http</c> or <c>sse</c>; null when the gateway is to find it out.</param>
    public static IEnumerable<KeyValuePair<string, string>> ForAddress(string backend, Uri address, string? transport)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            throw new ArgumentException("A remote backend is at an address that starts with http:// or https://, without a user name.", nameof(address));
        }

        KeyValuePair<string, string> url = new(Of(backend, "Url"), address.OriginalString);
        return transport is null ? [url] : [url, new(Of(backend, "Transport"), transport)];
    }

    /// <summary>The variable for a header that the gateway sends to a remote backend.</summary>
    public static string Header(string backend, string header) => Of(backend, "Headers", header);

    /// <summary>The variable for a variable in the environment of a backend that is a command.</summary>
    public static string Environment(string backend, string variable) => Of(backend, "Env", variable);

    private static string Of(string backend, params string[] keys) => string.Join("__", ["McpProxy", "Backends", BackendName.Check(backend), .. keys]);
}
