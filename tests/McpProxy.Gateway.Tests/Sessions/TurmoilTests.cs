using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>
/// Clients that call, cancel, leave, come back and end their sessions at random while their backends die. What counts is checked at the
/// end of the test: no message, session or process is left, and nothing has thrown.
/// </summary>
public sealed class TurmoilTests : GatewayTest
{
    private const int Rounds = 25;

    [Theory]
    [InlineData(nameof(SharingMode.Shared), 1)]
    [InlineData(nameof(SharingMode.Dedicated), 2)]
    [InlineData(nameof(SharingMode.Auto), 3)]
    public async Task Clients_DoingAnything_LeaveNothing(string sharing, int seed)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)), options => options.MaxQueueBytes = 16 * 1024);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(client => new Client(host, new Random((seed * 100) + client)).RunAsync()));

        // Its backend may just be waiting to be started again.
        await Wait.UntilAsync(async () => (await host.Client().PostAsync(Rpc.Initialize())).Response.ErrorCode() is null, () => "a session can be opened");
    }

    private sealed class Client(GatewayHost host, Random random)
    {
        private McpClient? _client;

        public async Task RunAsync()
        {
            for (var round = 0; round < Rounds; round++)
            {
                try
                {
                    await ActAsync($"{round}");
                }
                catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or InvalidOperationException or Xunit.Sdk.TrueException)
                {
                    _client = null; // Its backend has just been killed, or its stream cut: it starts anew.
                }
            }
        }

        private async Task ActAsync(string id)
        {
            _client ??= await host.ConnectAsync(capabilities: random.Next(2) == 0 ? Rpc.Answers : "{}");
            switch (random.Next(9))
            {
                case 0:
                    await _client.PostAsync(Rpc.Call("echo", $"\"{new string('x', random.Next(100_000))}\"", id));
                    break;
                case 1:
                    await _client.PostAsync(Rpc.Call("notify", $$"""{"count":{{random.Next(300)}}}""", id, id), McpClient.AcceptJson);
                    break;
                case 2:
                    await CancelAsync(id);
                    break;
                case 3:
                    await LeaveAndComeBackAsync(id);
                    break;
                case 4:
                    (await _client.StreamAsync(Rpc.Call("big", """{"bytes":300000}""", id))).Dispose();
                    break;
                case 5:
                    await _client.PostAsync($"[{Rpc.Request("ping", id: id)},{Rpc.Call("sleep", """{"ms":5}""", $"\"{id}\"")},{Rpc.Cancelled($"\"{id}\"")}]");
                    break;
                case 6:
                    (await _client.ListenAsync()).Dispose();
                    await _client.CallAsync("log", id: id);
                    break;
                case 7:
                    await _client.DeleteAsync();
                    _client = null;
                    break;
                case 8 when random.Next(4) == 0:
                    GatewayHost.Kill(await _client.ProcessIdAsync());
                    break;
                case 8:
                    using (var sse = await host.ConnectSseAsync())
                    {
                        await sse.PostAsync(Rpc.Call("notify", """{"count":100}""", id, id));
                    }

                    break;
            }
        }

        private async Task CancelAsync(string id)
        {
            using var stream = await _client!.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", id));
            await _client.PostAsync(Rpc.Cancelled(id));
            await stream.ReadToEndAsync();
        }

        private async Task LeaveAndComeBackAsync(string id)
        {
            var stream = await _client!.StreamAsync(Rpc.Call("notify", """{"count":200}""", id, id));
            await stream.ReadAsync();
            stream.Dispose();
            using var again = await _client.ListenAsync(stream.LastEventId);
            await again.ReadToEndAsync();
        }
    }
}
