using System.Text.Json.Nodes;

namespace McpProxy.Soak.Programs;

/// <summary>The servers file of the gateway under test, which changes while it runs.</summary>
internal sealed class ServersFile(string path, string marker, Uri remote, TimeProvider time) : IDisposable
{
    /// <summary>Longer than the gateway waits for a file to settle: it looks at the broken one.</summary>
    private static readonly TimeSpan BrokenFor = TimeSpan.FromMilliseconds(500);

    private const int BrokenOneIn = 4;

    private readonly SemaphoreSlim _writing = new(1);
    private int _round;

    /// <summary>The variable that is in the environment of every process started from it.</summary>
    public string Marker => $"SOAK={marker}";

    public int Rounds => _round;

    public void Write() => File.WriteAllText(path, Create(_round).ToJsonString());

    /// <summary>Changes one entry, adds or removes another, and now and then is broken for a moment before.</summary>
    public async Task ChangeAsync()
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            var round = ++_round;
            if (round % BrokenOneIn == 0)
            {
                await File.WriteAllTextAsync(path, "{ \"mcpServers\": { \"half\": ");
                await Task.Delay(BrokenFor, time, CancellationToken.None);
            }

            var next = $"{path}.next";
            await File.WriteAllTextAsync(round % 2 == 0 ? path : next, Create(round).ToJsonString());
            if (round % 2 != 0)
            {
                File.Move(next, path, overwrite: true); // As editors and configuration maps do.
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    private JsonObject Create(int round)
    {
        var servers = new JsonObject
        {
            ["shared"] = Command("shared", ProgramPaths.FaultServer),
            ["auto"] = Command("auto", ProgramPaths.FaultServer),
            ["dedicated"] = Command("dedicated", ProgramPaths.FaultServer),
            ["sample"] = Command("shared", ProgramPaths.SampleServer),
            ["remote-shared"] = new JsonObject { ["url"] = remote.AbsoluteUri, ["sharing"] = "shared" },
            ["remote-dedicated"] = new JsonObject { ["url"] = remote.AbsoluteUri, ["sharing"] = "dedicated" },
            ["reloaded"] = Command("shared", ProgramPaths.FaultServer),
        };
        servers["reloaded"]!["env"]!["ROUND"] = $"{round}";
        if (round % 2 != 0)
        {
            servers["comes-and-goes"] = Command("shared", ProgramPaths.FaultServer);
        }

        return new JsonObject { ["mcpServers"] = servers };
    }

    private JsonObject Command(string sharing, string program) => new()
    {
        ["command"] = "dotnet",
        ["args"] = new JsonArray(program),
        ["env"] = new JsonObject { ["SOAK"] = marker },
        ["sharing"] = sharing,
    };
}
