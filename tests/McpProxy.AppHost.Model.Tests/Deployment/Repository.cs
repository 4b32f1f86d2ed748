using System.Xml.Linq;

namespace McpProxy.AppHost.Model.Tests.Deployment;

/// <summary>The files of the repository that these tests are built from.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>A project and all that it references, as paths from the root.</summary>
    public static IEnumerable<string> ProjectsOf(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        return XDocument.Load(PathOf(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetRelativePath(Root, PathOf(Path.Combine(folder, reference.Attribute("Include")!.Value))).Replace('\\', '/'))
            .SelectMany(ProjectsOf)
            .Prepend(project)
            .Distinct(StringComparer.Ordinal);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "McpProxy.Aspire.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run from a folder below the repository.");
    }
}
