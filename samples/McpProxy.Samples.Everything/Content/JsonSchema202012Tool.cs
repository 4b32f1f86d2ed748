using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Content;

/// <summary>A tool whose input schema uses the keywords of JSON Schema 2020-12 that careless relays strip (SEP-1613).</summary>
internal static class JsonSchema202012Tool
{
    private const string InputSchema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "$defs": {
            "address": {
              "type": "object",
              "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
            }
          },
          "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" }
          },
          "additionalProperties": false
        }
        """;

    public static McpServerTool Create()
    {
        var tool = McpServerTool.Create(Call, new McpServerToolCreateOptions
        {
            Name = "json_schema_2020_12_tool",
            Description = "Takes a name and an address; its input schema uses $schema, $defs, $ref and additionalProperties.",
            ReadOnly = true,
        });
        tool.ProtocolTool.InputSchema = JsonElement.Parse(InputSchema);
        return tool;
    }

    private static string Call(RequestContext<CallToolRequestParams> request) =>
        $"Called with {JsonSerializer.Serialize(request.Params.Arguments)}";
}
