using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>A stdio server by hand: one message a line.</summary>
internal sealed class StdioWire : IAsyncDisposable
{
    private readonly CapturedProcess _process;

    public StdioWire(IReadOnlyList<string> command, Action<ProcessStartInfo>? configure = null)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
        };
        configure?.Invoke(start);
        _process = new CapturedProcess(start);
    }

    public IReadOnlyList<string> Lines => _process.Output;

    public IReadOnlyList<string> Errors => _process.Errors;

    public int Id => _process.Id;

    public Task<int> WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public string Describe() => _process.Describe();

    public async Task SendAsync(string message, CancellationToken cancellationToken)
    {
        await _process.Input.WriteAsync($"{message}\n".AsMemory(), cancellationToken);
        await _process.Input.FlushAsync(cancellationToken);
    }

    /// <summary>Writes bytes as they are: no line feed is added.</summary>
    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _process.Input.BaseStream.WriteAsync(bytes, cancellationToken);
        await _process.Input.BaseStream.FlushAsync(cancellationToken);
    }

    /// <summary>Sends a request and returns the line of its response, byte for byte as text.</summary>
    public async Task<string> RequestAsync(string message, object id, CancellationToken cancellationToken)
    {
        await SendAsync(message, cancellationToken);
        return await ResponseAsync(id, cancellationToken);
    }

    public async Task<string> ResponseAsync(object id, CancellationToken cancellationToken)
    {
        var isResponse = Rpc.ResponseTo(id);
        var line = await Wait.UntilAsync(
            () => ValueTask.FromResult(Lines.FirstOrDefault(line => JsonNode.Parse(line) is { } message && isResponse(message))),
            line => line is not null || _process.HasExited,
            () => $"no response to {id}.{Environment.NewLine}{Describe()}",
            cancellationToken);
        return line ?? throw new EndOfStreamException($"It exited without a response to {id}.{Environment.NewLine}{Describe()}");
    }

    /// <summary>Closes its stdin, as a host does, and tells its exit code.</summary>
    public async Task<int> CloseAsync(CancellationToken cancellationToken)
    {
        _process.Input.Close();
        return await _process.WaitForExitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
