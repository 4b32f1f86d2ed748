using System.Text;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Fuzzing;

/// <summary>
/// Anything at all on the gateway's port. The connection is answered or closed, the next good request works, and when the test is over
/// the gateway has logged no exception and holds no message (see <see cref="GatewayHost.DisposeAsync"/>).
/// </summary>
public sealed class HttpFuzzTests : GatewayTest
{
    private const int Connections = 400;
    private const int ConnectionsAtOnce = 8;

    [Theory]
    [InlineData(nameof(SharingMode.Shared), false)]
    [InlineData(nameof(SharingMode.Shared), true)]
    [InlineData(nameof(SharingMode.Auto), false)]
    public async Task Connection_AnyBytes_AreAnsweredOrRefusedAndTheNextRequestWorks(string sharing, bool isStateless)
    {
        var host = await StartAsync(
            FaultServer.Create(Enum.Parse<SharingMode>(sharing)),
            options =>
            {
                options.Stateless = isStateless;
                options.MaxRequestBytes = 60_000;
                options.ServerRequestTimeout = TimeSpan.FromSeconds(1);
            });
        using var good = host.Client();
        if (!isStateless)
        {
            await good.InitializeAsync();
        }

        foreach (var seeds in Fuzz.Seeds(Connections).Chunk(ConnectionsAtOnce))
        {
            var (session, sse) = isStateless ? (null, null) : (await host.ConnectAsync(), await host.ConnectSseAsync());
            await Task.WhenAll(seeds.Select(seed => RunAsync(host, seed, session?.SessionId ?? "none", sse?.Endpoint.Split("session_id=")[1] ?? "none")));

            Assert.Equal($"[{seeds[0]}]", await good.CallAsync("echo", $"[{seeds[0]}]"));
            sse?.Dispose();
        }

        if (!isStateless)
        {
            foreach (var session in host.Sessions.All)
            {
                await host.Sessions.EndAsync(session, "the test is over");
            }

            await host.UntilSessionsAsync(0);
        }

        await Wait.UntilAsync(() => host.Backend.InFlight == 0, () => $"no request is in flight of {host.Backend.InFlight}");
    }

    private static async Task RunAsync(GatewayHost host, int seed, string session, string sseSession)
    {
        var random = new Random(seed);
        var generator = new HttpGenerator(random, session, sseSession);
        byte[] bytes = [.. Enumerable.Range(0, 1 + random.Next(3)).SelectMany(_ => generator.Next())];
        var isCut = random.Next(5) == 0;
        bytes = isCut ? bytes[..random.Next(bytes.Length + 1)] : bytes;
        try
        {
            using var connection = await RawConnection.OpenAsync(host.Address);
            for (var at = 0; at < bytes.Length;)
            {
                var piece = Math.Min(bytes.Length - at, random.Next(3) == 0 ? 1 + random.Next(50) : bytes.Length);
                await connection.WriteAsync(bytes.AsMemory(at, piece));
                at += piece;
            }

            if (random.Next(6) == 0)
            {
                connection.Reset();
                return;
            }

            var answer = Encoding.Latin1.GetString(await connection.FinishAsync());
            Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.", StringComparison.Ordinal), answer);
            Assert.DoesNotContain("HTTP/1.1 500", answer, StringComparison.Ordinal);
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"Seed {seed}: {e.Message}\n{Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 2000)])}", e);
        }
    }
}
