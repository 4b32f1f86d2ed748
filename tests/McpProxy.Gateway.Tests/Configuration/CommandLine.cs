using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

/// <summary>Short ways to parse a command line and to see what it means.</summary>
internal static class CommandLine
{
    // As the whole product has them: enough of the bridge's flags to tell its values from the address.
    private static readonly Flag[] BridgeFlags =
    [
        new("--headers", FlagValues.Pair) { ShortName = "-H", ForBridge = true, ForGateway = false },
        new("--transport", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--client-id", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--client-secret", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--token-url", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--verify-ssl", FlagValues.Optional) { ForBridge = true, ForGateway = false },
        new("--no-verify-ssl", FlagValues.None) { ForBridge = true, ForGateway = false },
    ];

    public static GatewayArguments Parse(params string[] args) => new GatewayCommandLine(BridgeFlags, ["check"]).Parse(args);

    /// <summary>The options that a command line without mistakes gives.</summary>
    public static GatewayOptions Options(params string[] args)
    {
        var arguments = Parse(args);
        Assert.Empty(arguments.Errors);
        return Options(new ConfigurationBuilder().AddInMemoryCollection(arguments.Configuration).Build());
    }

    public static GatewayOptions Options(IConfiguration configuration)
    {
        var options = new GatewayOptions();
        new GatewayOptionsSetup(configuration).Configure(options);
        return options;
    }

    public static IConfigurationRoot Configuration(params (string Key, string? Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, value.Value))).Build();
}
