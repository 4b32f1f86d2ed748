using System.Collections;
using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.ServerProcess;

/// <summary>Tools that show how the server was started, and one that ends it.</summary>
[McpServerToolType]
internal static class ProcessTools
{
    private const int CrashExitCode = 3;

    [McpServerTool(Name = "environment", ReadOnly = true)]
    [Description("Returns the environment variables of the server process as a JSON object. They may hold secrets: for tests only.")]
    public static string EnvironmentVariables() => JsonSerializer.Serialize(
        Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .OrderBy(variable => (string)variable.Key, StringComparer.Ordinal)
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal));

    [McpServerTool(Name = "working_directory", ReadOnly = true)]
    [Description("Returns the directory that the server process runs in.")]
    public static string WorkingDirectory() => Environment.CurrentDirectory;

    [McpServerTool(Name = "process_id", ReadOnly = true)]
    [Description("Returns the id of the server process.")]
    public static int ProcessId() => Environment.ProcessId;

    [McpServerTool(Name = "crash", Destructive = true)]
    [Description("Ends the server process at once with exit code 3, without an answer.")]
    public static void Crash() => Environment.Exit(CrashExitCode);
}
