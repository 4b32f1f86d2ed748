using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.MicroBenchmarks;

/// <summary>Messages as they come in.</summary>
internal static class MessageSamples
{
    /// <summary>Of the messages that the benchmarks go through.</summary>
    public static readonly MessagePool Pool = new();

    /// <summary>A call without anything besides.</summary>
    public static readonly byte[] Call = Encoding.UTF8.GetBytes(
        """{"jsonrpc":"2.0","id":1234567,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello, world"}}}""");

    /// <summary>A call that wants progress and belongs to a trace.</summary>
    public static readonly byte[] CallWithMeta = Encoding.UTF8.GetBytes(
        """{"jsonrpc":"2.0","id":1234567,"method":"tools/call","params":{"_meta":{"progressToken":1234567,"""
        + "\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"},\"name\":\"echo\",\"arguments\":{\"text\":\"hello, world\"}}}");

    /// <summary>The answer to <see cref="Call"/>.</summary>
    public static readonly byte[] Answer = Result(12);

    /// <summary>A request whose arguments have very many members.</summary>
    public static readonly byte[] CallWithManyMembers = Encoding.UTF8.GetBytes(
        """{"jsonrpc":"2.0","id":1234567,"method":"tools/call","params":{"name":"echo","arguments":{"""
        + string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"member{i}\":{{\"a\":[{i},true,null],\"b\":\"text\"}}")) + "}}}");

    /// <summary>A tool's result with a text of so many bytes.</summary>
    public static byte[] Result(int bytes) => Encoding.UTF8.GetBytes(
        "{\"jsonrpc\":\"2.0\",\"id\":1234567,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"" + new string('x', bytes) + "\"}]}}");

    /// <summary>A message, which is the caller's to dispose.</summary>
    public static Message Read(byte[] json) =>
        MessageReader.Read(Pool, json).Single ?? throw new ArgumentException("Not a message.", nameof(json));
}
