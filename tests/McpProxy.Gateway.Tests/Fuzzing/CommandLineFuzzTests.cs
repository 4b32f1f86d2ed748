using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.Fuzzing;

/// <summary>Command lines of any words: they are understood or refused with a reason.</summary>
public sealed class CommandLineFuzzTests
{
    private static readonly string[] Words =
    [
        "", " ", "-", "--", "---", "--=", "-=", "=", "uvx", "-y", "-e", "-H", "--", "http://localhost:1/sse", "https://x/mcp", "http://", "HTTP://X", "@file", "@scope/pkg", "check", "0", "-1",
        "65536", "8080", "99999999999999999999", "1e3", "NaN", "true", "false", "5s", "5", "-5s", "00:00:30", "1:2:3:4:5", "64MiB", "64XiB", "9999999GiB", "*", "null", "a=b", "é", "\0", "\ud800", "'", "\"",
        "'a b", "a\\", "$HOME", "${X}", "--port=", "--port=0", "--por", "--p", "--ho=x", "--no-debug", "--debug=false", "--no-stateless", "--allow-origin=*", "--env=A=B", "-eA", "--help=x", "shared", "DEBUG", "debug",
    ];

    private static readonly string[] Flags = [.. GatewayFlags.All.Select(flag => flag.Name), "-h", "--headers", "--transport", "--verify-ssl", "--client-id", "--no-such-flag"];

    [Fact]
    public void Parse_AnyWords_IsUnderstoodOrRefused() => Fuzz.Check(6000, random =>
    {
        var words = Enumerable.Range(0, random.Next(8)).Select(_ => Word(random)).ToArray();

        var arguments = CommandLine.Parse(words);
        var mistakes = arguments.Errors.Count > 0 || arguments.IsForBridge ? [] : Mistakes(arguments);

        Assert.All(arguments.Errors.Concat(mistakes), mistake => Assert.NotEmpty(mistake));
    });

    [Fact]
    public void Split_AnyCommandString_IsWordsOrAMistake() => Fuzz.Check(4000, random =>
    {
        var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Pick("'", "\"", "\\", " ", "\t", "a", "é", "\0", "\n", "$", "\ud800")));

        var mistake = CommandString.Split(text, random.Next(2) == 0, out var words);

        Assert.True(mistake is not null || words.Sum(word => word.Length) <= text.Length);
    });

    /// <summary>What the options that they give are found to be wrong with.</summary>
    private static IEnumerable<string> Mistakes(GatewayArguments arguments)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(arguments.Configuration).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddGatewayOptions().BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException e)
        {
            return e.Failures;
        }
    }

    private static string Word(Random random) => random.Next(5) switch
    {
        0 or 1 => random.Pick(Words),
        2 => random.Pick(Flags),
        3 => $"{random.Pick(Flags)}={random.Pick(Words)}",
        _ => random.Pick(Flags)[..^random.Next(3)] + (random.Next(4) == 0 ? random.Pick(Words) : ""),
    };
}
