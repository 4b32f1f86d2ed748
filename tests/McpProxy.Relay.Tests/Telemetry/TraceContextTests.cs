using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Relay.Tests.Telemetry;

/// <summary>Trace context in messages (SEP-414).</summary>
public sealed class TraceContextTests
{
    private readonly MessagePool _pool = new();

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x"}""", """{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{TRACE}}}""")]
    [InlineData("""{"method":"x","jsonrpc":"2.0","id":1}""", """{"method":"x","params":{"_meta":{TRACE}},"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{}}""", """{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{TRACE}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{ "a":1 }}""", """{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{TRACE}, "a":1 }}""")]
    [InlineData("""{"params":{"a":1},"jsonrpc":"2.0","id":1,"method":"x"}""", """{"params":{"_meta":{TRACE},"a":1},"jsonrpc":"2.0","id":1,"method":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{ }}}""", """{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{TRACE }}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"b":[],"_meta":{"k":"v"}}}""", """{"jsonrpc":"2.0","id":1,"method":"x","params":{"b":[],"_meta":{TRACE,"k":"v"}}}""")]
    public void Inject_NoContext_AddsIt(string request, string expected)
    {
        using var message = Message(request);
        using var activity = new Activity("a").Start();

        TraceContext.Inject(message, activity);

        Assert.Equal(expected.Replace("TRACE", $"\"traceparent\":\"{activity.Id}\"", StringComparison.Ordinal), Encoding.UTF8.GetString(message.ToArray()));
        Assert.Equal(message.ToArray().Length, message.Length);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"traceparent":null}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"traceparent":{}}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":[]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":null}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":null}""")]
    public void Inject_ContextOfTheSenderOrNoPlaceForIt_ChangesNothing(string request)
    {
        using var message = Message(request);
        using var activity = new Activity("a").Start();

        TraceContext.Inject(message, activity);

        Assert.Equal(request, Encoding.UTF8.GetString(message.ToArray()));
    }

    [Fact]
    public void Inject_State_GoesWithIt()
    {
        using var message = Message("""{"jsonrpc":"2.0","id":1,"method":"x"}""");
        using var activity = new Activity("a").Start();
        activity.TraceStateString = "k=\"v\"";

        TraceContext.Inject(message, activity);

        Assert.Equal("k=\"v\"", (string?)JsonNode.Parse(message.ToArray())!["params"]!["_meta"]!["tracestate"]);
    }

    [Fact]
    public void Inject_AnyRequest_AddsAMemberAndNothingElse() => Seeds.Check(2000, generator =>
    {
        using var activity = new Activity("a").Start();
        using var message = MessageReader.Read(_pool, generator.Message()).Single!;
        if (message.Envelope.Kind != MessageKind.Request || !message.Envelope.TraceParent.IsEmpty)
        {
            return;
        }

        var before = Encoding.Latin1.GetString(message.ToArray());
        TraceContext.Inject(message, activity);
        message.Replace(message.Envelope.Id, JsonToken.From(4711));
        message.Replace(message.Envelope.ProgressToken, JsonToken.From(4712));

        var sent = message.ToArray();
        Assert.Equal(message.Length, sent.Length);
        using var again = MessageReader.Read(_pool, sent).Single!;
        Assert.NotNull(again);
        Assert.Equal(JsonToken.From(4711), again.Id);
        if (Encoding.Latin1.GetString(sent).Contains(activity.Id!, StringComparison.Ordinal))
        {
            Assert.Equal(activity.Id, JsonText.Read(again[again.Envelope.TraceParent]));
            again.Replace(again.Envelope.Id, message.Id);
            again.Replace(again.Envelope.ProgressToken, JsonToken.Read(message[message.Envelope.ProgressToken]));
            var without = Encoding.Latin1.GetString(again.ToArray()).Replace($"\"traceparent\":\"{activity.Id}\"", "", StringComparison.Ordinal);
            string[] remains = [",\"params\":{\"_meta\":{}}", "\"_meta\":{},", "\"_meta\":{}", ",", ""];
            Assert.Contains(remains, rest => before.Length + rest.Length == without.Length);
        }
    });

    [Theory]
    [InlineData("\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"", "00f067aa0ba902b7")]
    [InlineData("\"00-00000000000000000000000000000000-00f067aa0ba902b7-01\"", "0000000000000000")]
    [InlineData("\"\\ud800\"", "0000000000000000")]
    [InlineData("7", "0000000000000000")]
    [InlineData("{\"a\":1}", "0000000000000000")]
    public void Extract_WhatIsNone_IsNone(string token, string span)
    {
        using var message = Message("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"traceparent":TOKEN}}}""".Replace("TOKEN", token, StringComparison.Ordinal));

        Assert.Equal(span, TraceContext.Extract(message).SpanId.ToHexString());
    }

    private Message Message(string json) => MessageReader.Read(_pool, Encoding.UTF8.GetBytes(json)).Single!;
}
