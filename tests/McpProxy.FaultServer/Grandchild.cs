using System.Diagnostics;

namespace McpProxy.FaultServer;

/// <summary>A process that the server leaves behind when only the server is killed.</summary>
internal static class Grandchild
{
    /// <summary>Starts this program again, asleep and with our stdio, and writes <c>grandchild PID</c> to stderr.</summary>
    public static void Start(FaultOptions options)
    {
        List<string> command = [Environment.ProcessPath!];

        // Under `dotnet fault-server.dll` the process is dotnet, and the program is its first argument.
        if (Path.GetFileNameWithoutExtension(command[0]) == "dotnet")
        {
            command.Add(Environment.GetCommandLineArgs()[0]);
        }

        command.Add("--sleep");
        if (options.IgnoreSigterm)
        {
            command.Add("--ignore-sigterm");
        }

        // setsid replaces itself by the program, so the id that we see stays the right one.
        if (options.SpawnDetached && OperatingSystem.IsLinux())
        {
            command.Insert(0, "setsid");
        }

        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false });
        Console.Error.WriteLine($"grandchild {process!.Id}");
    }
}
