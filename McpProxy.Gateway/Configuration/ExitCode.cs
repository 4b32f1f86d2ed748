namespace McpProxy.Gateway.Configuration;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    /// <summary>It was stopped, or it has said what it was asked.</summary>
    public const int Success = 0;

    /// <summary>There is nothing to serve, or the configuration is wrong.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;
}
