using System.Text.Json;
using System.Xml.Linq;

namespace McpProxy.AppHost.Model.Tests.Deployment;

/// <summary>The small files by which tools find the application.</summary>
public sealed class DeployFilesTests
{
    private const string Project = "McpProxy.AppHost/McpProxy.AppHost.csproj";

    [Fact]
    public void AzureYaml_NamesTheAppHost_AsAContainerApp()
    {
        var settings = ReadYaml(Repository.Read("azure.yaml"));

        Assert.Equal("mcp-proxy", settings["name"]);
        Assert.Equal("dotnet", settings["services/app/language"]);
        Assert.Equal("containerapp", settings["services/app/host"]);
        Assert.Equal(Repository.PathOf(Project), Repository.PathOf(settings["services/app/project"]));
        Assert.Equal(4, settings.Count);
    }

    [Fact]
    public void AspireConfig_NamesTheAppHost()
    {
        using var json = JsonDocument.Parse(Repository.Read("aspire.config.json"));

        Assert.Equal(Project, json.RootElement.GetProperty("appHost").GetProperty("path").GetString());
        Assert.True(File.Exists(Repository.PathOf(Project)));
    }

    /// <summary>Nothing here restores the AppHost, so nothing else would see a version that is missing.</summary>
    [Fact]
    public void Packages_OfTheAppHostAndItsTests_HaveAVersion()
    {
        var versions = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(Name);

        Assert.Empty(Packages(Project).Concat(Packages("tests/McpProxy.AppHost.Tests/McpProxy.AppHost.Tests.csproj")).Except(versions, StringComparer.Ordinal));
    }

    [Fact]
    public void Packages_OfAspire_HaveTheVersionOfTheSdk()
    {
        var sdk = XDocument.Parse(Repository.Read(Project)).Root!.Attribute("Sdk")!.Value.Split('/')[1];
        var versions = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Where(package => Name(package).StartsWith("Aspire.", StringComparison.Ordinal));

        Assert.All(versions, package => Assert.StartsWith(sdk, package.Attribute("Version")!.Value, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Packages(string project) => XDocument.Parse(Repository.Read(project)).Descendants("PackageReference").Select(Name);

    private static string Name(XElement item) => item.Attribute("Include")!.Value;

    /// <summary>Nested keys and plain values: all that the file has.</summary>
    private static Dictionary<string, string> ReadYaml(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var line in text.Split('\n').Where(line => line.Trim() is not ("" or ['#', ..])))
        {
            var depth = line.TakeWhile(letter => letter == ' ').Count() / 2;
            var (key, value) = line.Split(':', 2, StringSplitOptions.TrimEntries) is [var name, var rest] ? (name, rest) : throw new FormatException(line);
            path = [.. path[..depth], key];
            if (value.Length > 0)
            {
                values[string.Join('/', path)] = value;
            }
        }

        return values;
    }
}
