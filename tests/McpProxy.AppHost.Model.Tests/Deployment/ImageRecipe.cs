using System.Text.RegularExpressions;

namespace McpProxy.AppHost.Model.Tests.Deployment;

/// <summary>A Dockerfile, read as far as the tests need it.</summary>
internal sealed partial class ImageRecipe
{
    private ImageRecipe(IReadOnlyList<ImageInstruction> instructions) => Instructions = instructions;

    public IReadOnlyList<ImageInstruction> Instructions { get; }

    /// <summary>The instructions of the image that is built.</summary>
    public IEnumerable<ImageInstruction> Final => Instructions.Where(instruction => instruction.Stage == Instructions[^1].Stage);

    /// <summary>The images that it starts from, with the default values of their variables.</summary>
    public IEnumerable<string> Bases => Named("FROM").Select(from => Fill(from.Words[0]));

    /// <summary>The names of the stages.</summary>
    public IEnumerable<string> Stages => Named("FROM").Select(from => from.Words[2]);

    public IEnumerable<ImageInstruction> Named(string name) => Instructions.Where(instruction => instruction.Name == name);

    public static ImageRecipe Read(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Where(line => line.Trim() is not ("" or ['#', ..]));
        var stage = -1;
        var instructions = new List<ImageInstruction>();
        foreach (var line in string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            var (name, rest) = line.Split(' ', 2) is [var word, var others] ? (word, others) : (line, "");
            stage += name == "FROM" ? 1 : 0;
            instructions.Add(new ImageInstruction(stage, name, rest.Trim()));
        }

        return new ImageRecipe(instructions);
    }

    private string Fill(string text) => Variable().Replace(text, match => Named("ARG").Select(arg => arg.Text.Split('=')).Single(arg => arg[0] == match.Groups["name"].Value)[1]);

    [GeneratedRegex(@"\$\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
