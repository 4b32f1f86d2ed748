using McpProxy.LoadBench;
using McpProxy.ProfileRecorder;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

try
{
    await ProfileRun.RunAsync(interrupted.Token);
    return 0;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("It took too long: nothing was written.");
    return 1;
}
catch (Exception e) when (e is BenchException or IOException or HttpRequestException or System.Net.Sockets.SocketException)
{
    await Console.Error.WriteLineAsync($"{e.Message}{Environment.NewLine}Nothing was written.");
    return 1;
}
