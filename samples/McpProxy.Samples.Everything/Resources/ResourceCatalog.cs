using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Resources;

/// <summary>The resources of this server: three with a meaning, seventy to fill pages, and two templates.</summary>
internal static class ResourceCatalog
{
    public const string DataTemplate = "test://template/{id}/data";
    public const string GreetingTemplate = "test://greeting/{language}/{name}";

    private const int PageSize = 25;
    private const int Items = 70;

    private static readonly Resource[] Resources =
    [
        Text("test://static-text", "static-text", "A text that never changes."),
        new()
        {
            Uri = "test://static-binary", Name = "static-binary", Description = "A PNG image of one pixel.", MimeType = "image/png",
        },
        Text("test://watched-resource", "watched-resource", "A text to subscribe to; the tool touch_resource announces a change."),
        .. Enumerable.Range(1, Items).Select(number => Text($"test://items/{number}", $"item-{number}", $"Item {number} of {Items}.")),
    ];

    public static IMcpServerBuilder WithResourceCatalog(this IMcpServerBuilder builder) => builder
        .WithListResourcesHandler(ListAsync)
        .WithListResourceTemplatesHandler(ListTemplatesAsync)
        .WithReadResourceHandler(ReadAsync);

    private static ValueTask<ListResourcesResult> ListAsync(
        RequestContext<ListResourcesRequestParams> request, CancellationToken cancellationToken)
    {
        var start = 0;
        if (request.Params?.Cursor is { } cursor
            && (!int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out start) || start >= Resources.Length))
        {
            throw new McpProtocolException($"Unknown cursor: '{cursor}'", McpErrorCode.InvalidParams);
        }

        var end = Math.Min(start + PageSize, Resources.Length);
        return ValueTask.FromResult(new ListResourcesResult
        {
            Resources = Resources[start..end],
            NextCursor = end < Resources.Length ? end.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private static ValueTask<ListResourceTemplatesResult> ListTemplatesAsync(
        RequestContext<ListResourceTemplatesRequestParams> request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ListResourceTemplatesResult
        {
            ResourceTemplates =
            [
                new()
                {
                    UriTemplate = DataTemplate, Name = "template", Description = "Data for an id.", MimeType = "application/json",
                },
                new()
                {
                    UriTemplate = GreetingTemplate, Name = "greeting", Description = "A greeting in a language.", MimeType = "text/plain",
                },
            ],
        });

    private static ValueTask<ReadResourceResult> ReadAsync(
        RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken)
    {
        var uri = request.Params.Uri;
        var contents = ResourceContent.Read(uri) ?? throw new McpProtocolException(
            $"Unknown resource URI: '{uri}'", request.IsModern() ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound);
        return ValueTask.FromResult(new ReadResourceResult { Contents = [contents] });
    }

    private static Resource Text(string uri, string name, string description) =>
        new() { Uri = uri, Name = name, Description = description, MimeType = "text/plain" };
}
