using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Configuration;

/// <summary>Registers the options of the gateway.</summary>
internal static class GatewayOptionsRegistration
{
    /// <summary>Adds <see cref="GatewayOptions"/>, bound from configuration and validated at start with every mistake at once.</summary>
    public static IServiceCollection AddGatewayOptions(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<GatewayOptions>, GatewayOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        services.AddOptions<GatewayOptions>().ValidateOnStart();
        return services;
    }
}
