using System.Text.Json.Serialization;
using ModelContextProtocol.Authentication;

namespace McpProxy.Bridge.Authorization;

[JsonSerializable(typeof(TokenContainer))]
[JsonSerializable(typeof(LoginFailure))]
internal sealed partial class TokenJson : JsonSerializerContext;
