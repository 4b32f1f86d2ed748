namespace McpProxy.Relay.Configuration;

/// <summary>
/// Service discovery by configuration, as .NET Aspire and others write it into the environment: <c>http://gateway/mcp</c> is where
/// <c>services__gateway__http__0</c> says.
/// </summary>
public static class ServiceEndpoint
{
    /// <summary>The address that a service's name stands for; the same address when its host is no such name.</summary>
    /// <param name="address">An http or https address.</param>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    public static Uri Resolve(Uri address, Func<string, string?> variable)
    {
        if (!address.IsDefaultPort || address.HostNameType != UriHostNameType.Dns || address.Host.Contains('.'))
        {
            return address;
        }

        return Uri.TryCreate(variable($"services__{address.Host}__{address.Scheme}__0"), UriKind.Absolute, out var service) && service.Scheme is "http" or "https"
            ? new UriBuilder(address) { Scheme = service.Scheme, Host = service.Host, Port = service.Port }.Uri
            : address;
    }
}
