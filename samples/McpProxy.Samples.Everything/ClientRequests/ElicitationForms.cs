namespace McpProxy.Samples.Everything.ClientRequests;

/// <summary>The forms that the elicitation tools show, as they go over the wire.</summary>
internal static class ElicitationForms
{
    public const string Contact = """
        {
          "type": "object",
          "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" }
          },
          "required": ["username", "email"]
        }
        """;

    /// <summary>A default for every primitive type (SEP-1034).</summary>
    public const string Defaults = """
        {
          "type": "object",
          "properties": {
            "name": { "type": "string", "description": "User name", "default": "John Doe" },
            "age": { "type": "integer", "description": "User age", "default": 30 },
            "score": { "type": "number", "description": "User score", "default": 95.5 },
            "status": {
              "type": "string", "description": "User status", "enum": ["active", "inactive", "pending"], "default": "active"
            },
            "verified": { "type": "boolean", "description": "Verification status", "default": true }
          },
          "required": []
        }
        """;

    /// <summary>Single and multiple choice, with and without titles, and the older <c>enumNames</c> (SEP-1330).</summary>
    public const string Enums = """
        {
          "type": "object",
          "properties": {
            "untitledSingle": {
              "type": "string", "description": "One option", "enum": ["option1", "option2", "option3"]
            },
            "titledSingle": {
              "type": "string", "description": "One option with a title",
              "oneOf": [
                { "const": "value1", "title": "First Option" },
                { "const": "value2", "title": "Second Option" },
                { "const": "value3", "title": "Third Option" }
              ]
            },
            "legacyEnum": {
              "type": "string", "description": "One option, titled the older way",
              "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"]
            },
            "untitledMulti": {
              "type": "array", "description": "One to three options", "minItems": 1, "maxItems": 3,
              "items": { "type": "string", "enum": ["option1", "option2", "option3"] }
            },
            "titledMulti": {
              "type": "array", "description": "One to three options with titles", "minItems": 1, "maxItems": 3,
              "items": {
                "anyOf": [
                  { "const": "value1", "title": "First Choice" },
                  { "const": "value2", "title": "Second Choice" },
                  { "const": "value3", "title": "Third Choice" }
                ]
              }
            }
          },
          "required": []
        }
        """;
}
