using System.Text.Json.Serialization;

namespace McpProxy.Relay.Messages;

[JsonSerializable(typeof(string))]
internal sealed partial class RelayJson : JsonSerializerContext;
