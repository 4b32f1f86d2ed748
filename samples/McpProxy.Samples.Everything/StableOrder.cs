using Microsoft.Extensions.DependencyInjection;

namespace McpProxy.Samples.Everything;

/// <summary>Sorts lists by name.</summary>
/// <remarks>
/// The SDK keeps tools and prompts in hash tables, whose order differs from process to process; the revision of 2026-07-28
/// (server/tools, Capabilities) asks for a deterministic order, and tests compare the lists of two processes.
/// </remarks>
internal static class StableOrder
{
    public static IMcpServerBuilder WithStableOrder(this IMcpServerBuilder builder) =>
        builder.WithRequestFilters(filters => filters
            .AddListToolsFilter(next => async (request, cancellationToken) =>
            {
                var result = await next(request, cancellationToken);
                result.Tools = [.. result.Tools.OrderBy(tool => tool.Name, StringComparer.Ordinal)];
                return result;
            })
            .AddListPromptsFilter(next => async (request, cancellationToken) =>
            {
                var result = await next(request, cancellationToken);
                result.Prompts = [.. result.Prompts.OrderBy(prompt => prompt.Name, StringComparer.Ordinal)];
                return result;
            }));
}
