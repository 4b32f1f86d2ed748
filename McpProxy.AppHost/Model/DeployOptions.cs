using Microsoft.Extensions.Configuration;

namespace McpProxy.AppHost.Model;

/// <summary>How the application is published; from the section <c>Deploy</c>.</summary>
internal sealed class DeployOptions
{
    private const string Section = "Deploy";

    /// <summary>What it is published for.</summary>
    /// <value><c>azure</c>, <c>compose</c> or <c>kubernetes</c>. Default: <c>azure</c>.</value>
    public DeployTarget Target { get; set; }

    /// <summary>How many replicas Azure may run under load.</summary>
    /// <value>1 to 30. Default: 1, because a session lives in one replica, and few MCP clients keep the cookie that leads back to it.</value>
    public int MaxReplicas { get; set; } = 1;

    /// <summary>Reads the section.</summary>
    /// <exception cref="InvalidOperationException">A value is not one that it may have; the message names the key.</exception>
    public static DeployOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<DeployOptions>() ?? new DeployOptions();
        return !Enum.IsDefined(options.Target) ? throw new InvalidOperationException($"{Section}:{nameof(Target)}: must be azure, compose or kubernetes")
            : options.MaxReplicas is < 1 or > 30 ? throw new InvalidOperationException($"{Section}:{nameof(MaxReplicas)}: must be 1 to 30")
            : options;
    }
}
