using Microsoft.Extensions.Configuration;

namespace McpProxy.AppHost.Model;

/// <summary>Which backends the application has besides the sample server; from the section <c>Backends</c>.</summary>
internal sealed class BackendsOptions
{
    private const string Section = "Backends";

    /// <summary>Whether the everything server from npm is one; it needs Node.js.</summary>
    public bool Npm { get; set; }

    /// <summary>The address of a remote server that is one.</summary>
    public Uri? Url { get; set; }

    /// <summary>Whether that remote server wants a token; the parameter <c>remote-token</c> then asks for it.</summary>
    public bool UrlNeedsToken { get; set; }

    /// <summary>Reads the section.</summary>
    public static BackendsOptions Read(IConfiguration configuration) => configuration.GetSection(Section).Get<BackendsOptions>() ?? new BackendsOptions();
}
