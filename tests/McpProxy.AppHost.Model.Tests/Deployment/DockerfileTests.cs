using System.Text.Json;

namespace McpProxy.AppHost.Model.Tests.Deployment;

/// <summary>What can be known about the image without building it.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] Instructions = ["ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "ENTRYPOINT"];
    private static readonly string[] Programs = ["McpProxy.Cli/McpProxy.Cli.csproj", "samples/McpProxy.Samples.Everything/McpProxy.Samples.Everything.csproj"];

    private readonly ImageRecipe _image = ImageRecipe.Read(Repository.Read("Dockerfile"));

    /// <summary>Probes are the platform's: a HEALTHCHECK would be a second opinion.</summary>
    [Fact]
    public void Instructions_AreKnown() => Assert.All(_image.Instructions, instruction => Assert.Contains(instruction.Name, Instructions));

    [Fact]
    public void Bases_ArePinnedToAPatch() =>
        Assert.All(_image.Bases, image => Assert.Matches(@"^[a-z0-9./-]+:\d+\.\d+\.\d+[a-z0-9-]*$", image));

    [Fact]
    public void Stages_AreNamed_AndCopiedFromOnlyAfterwards()
    {
        var stages = _image.Stages.ToList();

        Assert.Equal(stages.Count, stages.Distinct(StringComparer.Ordinal).Count());
        Assert.All(
            _image.Named("COPY").Where(copy => copy.Flag("from") is not null),
            copy => Assert.Contains(copy.Flag("from")!, stages[..copy.Stage]));
    }

    [Fact]
    public void Copy_FromTheRepository_FindsItsFiles() =>
        Assert.All(
            _image.Named("COPY").Where(copy => copy.Flag("from") is null).SelectMany(copy => copy.Words[..^1]),
            path => Assert.True(Path.Exists(Repository.PathOf(path)), path));

    [Fact]
    public void Build_Restores_EveryProjectThatItPublishes()
    {
        var copied = _image.Named("COPY").SelectMany(copy => copy.Words).ToList();

        Assert.All(Programs.SelectMany(Repository.ProjectsOf), project => Assert.Contains(project, copied));
    }

    [Fact]
    public void DockerIgnore_LetsThrough_EveryProjectThatIsPublished()
    {
        var ignored = Repository.Read(".dockerignore").Split('\n').ToList();

        Assert.All(Programs.SelectMany(Repository.ProjectsOf), project => Assert.DoesNotContain(project.Split('/')[0], ignored));
        Assert.Contains("!.editorconfig", ignored);
    }

    [Fact]
    public void User_OfTheImage_IsNotRoot()
    {
        var user = _image.Final.Last(instruction => instruction.Name == "USER").Text;

        Assert.DoesNotContain(user.Split(':')[0], (string[])["root", "0"]);
        Assert.DoesNotContain(_image.Final.SkipWhile(instruction => instruction.Name != "USER"), instruction => instruction.Name is "RUN" or "COPY");
    }

    [Fact]
    public void EntryPoint_IsTheCommand_UnderAnInit()
    {
        var words = JsonSerializer.Deserialize<string[]>(_image.Final.Single(instruction => instruction.Name == "ENTRYPOINT").Text);

        Assert.Equal(["tini", "--", "mcp-proxy"], words!);
        Assert.Contains(_image.Final, instruction => instruction.Name == "RUN" && instruction.Words.Contains("tini"));
        Assert.Contains("<AssemblyName>mcp-proxy</AssemblyName>", Repository.Read(Programs[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void Port_IsTheOneThatTheAppHostExpects()
    {
        Assert.Equal("8080", _image.Final.Single(instruction => instruction.Name == "EXPOSE").Text);
        Assert.Contains("ASPNETCORE_HTTP_PORTS=8080", _image.Final.Single(instruction => instruction.Name == "ENV").Words);
    }

    [Theory]
    [InlineData("node", "/usr/local/bin/node")]
    [InlineData("node", "/usr/local/lib/node_modules")]
    [InlineData("uv", "/uvx")]
    public void StdioServers_FindWhatTheyStartWith(string stage, string path) =>
        Assert.Contains(_image.Final, instruction => instruction.Flag("from") == stage && instruction.Words.SkipLast(1).Contains(path));

    [Fact]
    public void SampleServer_IsWhereTheAppHostLooksForIt()
    {
        var folder = Path.GetDirectoryName(SampleServer.InImage)!.Replace('\\', '/');

        Assert.Contains(_image.Final, instruction => instruction.Flag("from") == "build" && instruction.Words is ["/out", "/app"]);
        Assert.Contains(_image.Named("RUN"), run => run.Text.Contains($"-o {folder.Replace("/app", "/out", StringComparison.Ordinal)}", StringComparison.Ordinal));
    }

    [Fact]
    public void Sdk_IsOneThatGlobalJsonAllows()
    {
        using var json = JsonDocument.Parse(Repository.Read("global.json"));
        var wanted = Version.Parse(json.RootElement.GetProperty("sdk").GetProperty("version").GetString()!);
        var sdk = Version.Parse(_image.Bases.First().Split(':')[1].Split('-')[0]);

        // rollForward: latestFeature.
        Assert.Equal((wanted.Major, wanted.Minor), (sdk.Major, sdk.Minor));
        Assert.True(sdk >= wanted);
    }
}
