using System.Reflection;

namespace McpProxy.Gateway;

/// <summary>The product's version, as it introduces itself.</summary>
internal static class GatewayVersion
{
    /// <summary>Such as <c>1.2.3</c>.</summary>
    public static readonly string Text =
        typeof(GatewayVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
