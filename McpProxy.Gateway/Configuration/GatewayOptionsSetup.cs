using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Configuration;

/// <summary>Binds <see cref="GatewayOptions"/> from every configuration source; the command line is the strongest.</summary>
internal sealed class GatewayOptionsSetup(IConfiguration configuration) : IConfigureOptions<GatewayOptions>
{
    /// <inheritdoc/>
    public void Configure(GatewayOptions options) => LayeredSettings.Read(configuration).Bind(options);
}
