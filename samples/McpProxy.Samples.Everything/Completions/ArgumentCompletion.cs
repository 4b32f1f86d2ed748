using System.Globalization;
using McpProxy.Samples.Everything.Resources;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Completions;

/// <summary>Completes the arguments of a prompt and the variables of the resource templates.</summary>
internal static class ArgumentCompletion
{
    // Revision 2025-06-18, server/utilities/completion: at most 100 values in an answer.
    private const int MaxValues = 100;

    private static readonly string[] Words = ["paris", "park", "party", "pasta", "test", "testing", "text"];

    public static IMcpServerBuilder WithCompletions(this IMcpServerBuilder builder) => builder.WithCompleteHandler(CompleteAsync);

    private static ValueTask<CompleteResult> CompleteAsync(
        RequestContext<CompleteRequestParams> request, CancellationToken cancellationToken)
    {
        var typed = request.Params.Argument.Value;
        var matches = Candidates(request.Params)
            .Where(candidate => candidate.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        return ValueTask.FromResult(new CompleteResult
        {
            Completion = new Completion
            {
                Values = matches.Take(MaxValues).ToArray(),
                Total = matches.Length,
                HasMore = matches.Length > MaxValues,
            },
        });
    }

    private static IEnumerable<string> Candidates(CompleteRequestParams parameters) => (parameters.Ref, parameters.Argument.Name) switch
    {
        (PromptReference { Name: "test_prompt_with_arguments" }, "arg1") => Words,
        // The second argument depends on the first: only the request's context tells it.
        (PromptReference { Name: "test_prompt_with_arguments" }, "arg2")
            when parameters.Context?.Arguments?.TryGetValue("arg1", out var first) is true => [$"{first}-one", $"{first}-two"],
        (ResourceTemplateReference { Uri: ResourceCatalog.DataTemplate }, "id") =>
            Enumerable.Range(1, 150).Select(id => id.ToString(CultureInfo.InvariantCulture)),
        (ResourceTemplateReference { Uri: ResourceCatalog.GreetingTemplate }, "language") => Greetings.Languages,
        _ => [],
    };
}
