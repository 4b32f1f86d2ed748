using System.Net;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Configuration;

/// <summary>Reports every mistake of the configuration at once, each with its configuration path and its flag.</summary>
/// <remarks>Values are never quoted: one that was put in the wrong place may be a secret.</remarks>
internal sealed class GatewayOptionsValidator(IConfiguration configuration) : IValidateOptions<GatewayOptions>
{
    private const int KiB = 1024;
    private const int GiB = 1024 * 1024 * 1024;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        string[] mistakes =
        [
            .. LayeredSettings.Read(configuration).Mistakes,
            .. Address(options),
            .. Limits(options),
            .. Names(options),
            .. Backends(options),
        ];
        return mistakes.Length > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Address(GatewayOptions options) =>
    [
        .. When(!IsListenAddress(options.Host), nameof(options.Host), "must be an IP address, localhost, or * for all"),
        .. Outside(options.Port, 0, 65535, "0 to 65535", nameof(options.Port)),
        .. When(!IsPathBase(options.PathBase), nameof(options.PathBase), "must start with a slash and not end with one"),
        .. When(!Enum.IsDefined(options.Sharing), nameof(options.Sharing), $"must be {SharingModeName.Wanted}"),
        .. When(options is { Stateless: true, Sharing: SharingMode.Dedicated }, nameof(options.Sharing), "dedicated cannot be --stateless"),
        .. When(options.NamedServerConfig?.Trim().Length == 0, nameof(options.NamedServerConfig), "must be the path of a file"),
    ];

    private static IEnumerable<string> Limits(GatewayOptions options) =>
    [
        .. Outside(options.SessionIdleTimeout, Second, TimeSpan.FromDays(7), "1s to 7d", nameof(options.SessionIdleTimeout)),
        .. Outside(options.MaxSessions, 1, 1_000_000, "1 to 1000000", nameof(options.MaxSessions)),
        .. Outside(options.MaxRestarts, 0, 1_000_000, "0 to 1000000", nameof(options.MaxRestarts)),
        .. Outside(options.MaxRequestBytes, KiB, GiB, "1KiB to 1GiB", nameof(options.MaxRequestBytes)),
        .. Outside(options.MaxMessageBytes, KiB, GiB, "1KiB to 1GiB", nameof(options.MaxMessageBytes)),
        .. Outside(options.MaxQueueBytes, KiB, GiB, "1KiB to 1GiB", nameof(options.MaxQueueBytes)),
        .. Outside(options.ReplayEvents, 0, 100_000, "0 to 100000", nameof(options.ReplayEvents)),
        .. Outside(options.ReplayBytes, 0, GiB, "0 to 1GiB", nameof(options.ReplayBytes)),
        .. Outside(options.StallTimeout, Second, Hour, "1s to 1h", nameof(options.StallTimeout)),
        .. Outside(options.KeepAliveInterval, Second, Hour, "1s to 1h", nameof(options.KeepAliveInterval)),
        .. Outside(options.InitializeTimeout, Second, Hour, "1s to 1h", nameof(options.InitializeTimeout)),
        .. Outside(options.ServerRequestTimeout, Second, Hour, "1s to 1h", nameof(options.ServerRequestTimeout)),
        .. Outside(options.ShutdownTimeout, Second, Hour, "1s to 1h", nameof(options.ShutdownTimeout)),
    ];

    private static IEnumerable<string> Names(GatewayOptions options) =>
    [
        .. Each(options.AllowOrigin, Origin.IsOrigin, $"must be {Origin.Wanted}", nameof(options.AllowOrigin)),
        .. Each(options.AllowHost, IsHostName, "must be a host name without scheme, port and path, or *", nameof(options.AllowHost)),
        .. Each(options.ExposeHeader, IsHeaderName, "must be the name of a header", nameof(options.ExposeHeader)),
    ];

    private static IEnumerable<string> Backends(GatewayOptions options) =>
        from backend in options.Backends
        where backend.Value.IsEnabled
        from found in BackendRules.Mistakes(backend.Key, backend.Value)
        let path = $"{GatewayOptions.Section}:{nameof(options.Backends)}:{backend.Key}"
        select found.Property is null ? $"{path}: {found.Mistake}" : $"{path}:{found.Property}: {found.Mistake}";

    private static IEnumerable<string> Outside<T>(T value, T lowest, T highest, string range, string key)
        where T : IComparable<T> =>
        When(value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0, key, $"must be {range}");

    private static IEnumerable<string> When(bool isWrong, string key, string mistake) =>
        isWrong ? [$"{GatewayFlags.Describe(key)}: {mistake}"] : [];

    private static IEnumerable<string> Each(IEnumerable<string> values, Predicate<string> isRight, string mistake, string key) =>
        values.Index().Where(item => !isRight(item.Item)).Select(item => $"{GatewayFlags.Describe(key, item.Index)}: {mistake}");

    // A bare number would pass for an address: "8080" is 0.0.31.144.
    private static bool IsListenAddress(string host) =>
        host is "localhost" or "*" || (host.AsSpan().IndexOfAny('.', ':') >= 0 && IPAddress.TryParse(host, out _));

    private static bool IsPathBase(string path) =>
        path.Length == 0
        || (path[0] == '/' && path[^1] != '/' && !path.Any(letter => letter is '?' or '#' || char.IsWhiteSpace(letter)));

    private static bool IsHostName(string host) => host == "*" || Uri.CheckHostName(host) is not UriHostNameType.Unknown;

    // RFC 9110, section 5.1: a field name is a token.
    private static bool IsHeaderName(string name) =>
        name.Length > 0
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal));
}
