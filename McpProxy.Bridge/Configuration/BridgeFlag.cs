using System.CommandLine;

namespace McpProxy.Bridge.Configuration;

/// <summary>The bridge's flags as System.CommandLine knows them. <c>--headers</c> is not among them: it takes two words.</summary>
internal sealed class BridgeFlag
{
    public Option<string[]> HeaderFile { get; } = new("--header-file");

    public Option<string[]> Scope { get; } = new("--scope");

    public Option<string> Transport { get; } = new("--transport");

    public Option<string> ClientId { get; } = new("--client-id");

    public Option<string> ClientSecret { get; } = new("--client-secret");

    public Option<string> ClientSecretFile { get; } = new("--client-secret-file");

    public Option<string> TokenUrl { get; } = new("--token-url");

    public Option<string> ClientMetadataUrl { get; } = new("--client-metadata-url");

    public Option<string> TokenFolder { get; } = new("--token-folder");

    public Option<string> CallbackPort { get; } = new("--callback-port");

    public Option<bool> NoBrowser { get; } = new("--no-browser");

    public Option<string> VerifySsl { get; } = new("--verify-ssl") { Arity = ArgumentArity.ZeroOrOne };

    public Option<bool> NoVerifySsl { get; } = new("--no-verify-ssl");

    public Option<string> ConnectTimeout { get; } = new("--connect-timeout");

    public Option<string> IdleTimeout { get; } = new("--idle-timeout");

    public Option<string> ShutdownTimeout { get; } = new("--shutdown-timeout");

    public Option<string> MaxMessageSize { get; } = new("--max-message-size");

    public Option<string> LogLevel { get; } = new("--log-level");

    public Option<bool> Debug { get; } = new("--debug");

    public Option<bool> NoDebug { get; } = new("--no-debug");

    public Option<bool> Json { get; } = new("--json");

    public Argument<string[]> Operands { get; } = new("URL") { Arity = ArgumentArity.ZeroOrMore };

    /// <summary>What to parse with.</summary>
    public Command ToCommand() => new("mcp-proxy")
    {
        HeaderFile, Scope, Transport, ClientId, ClientSecret, ClientSecretFile, TokenUrl, ClientMetadataUrl, TokenFolder, CallbackPort,
        NoBrowser, VerifySsl, NoVerifySsl, ConnectTimeout, IdleTimeout, ShutdownTimeout, MaxMessageSize, LogLevel, Debug, NoDebug, Json, Operands,
    };
}
