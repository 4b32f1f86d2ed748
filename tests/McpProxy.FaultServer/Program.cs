using System.Runtime.InteropServices;
using McpProxy.FaultServer;

if (!FaultOptions.TryParse(args, out var options, out var mistake))
{
    await Console.Error.WriteLineAsync(mistake);
    return 64;
}

using var sigterm = options.IgnoreSigterm ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true) : null;

if (options.Sleep)
{
    await Task.Delay(Timeout.Infinite, CancellationToken.None);
}

if (options.ExitAtStart is { } exitCode)
{
    await Console.Error.WriteLineAsync($"fault-server: exits at start with code {exitCode}");
    return exitCode;
}

for (var line = 1; line <= options.FloodStderrLines; line++)
{
    Console.Error.WriteLine($"fault-server: flood line {line} of {options.FloodStderrLines} {new string('.', 80)}");
}

if (options.SpawnChild || options.SpawnDetached)
{
    Grandchild.Start(options);
}

using var input = Console.OpenStandardInput();
using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
var writer = new FaultyWriter(output, options);
writer.WriteJunk();
await new FaultyServer(options, writer).RunAsync(input);

if (options.IgnoreEof)
{
    await Task.Delay(Timeout.Infinite, CancellationToken.None);
}

return 0;
