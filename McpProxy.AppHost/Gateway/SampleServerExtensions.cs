using McpProxy.AppHost.Model;

namespace McpProxy.AppHost.Gateway;

/// <summary>Finds the sample server.</summary>
internal static class SampleServerExtensions
{
    /// <summary>The program that <c>dotnet</c> starts: on this machine, or in the image when the application is published.</summary>
    public static string GetSampleServer(this IDistributedApplicationBuilder builder) =>
        builder.ExecutionContext.IsPublishMode ? SampleServer.InImage : SampleServer.BuiltBeside(AppContext.BaseDirectory);
}
