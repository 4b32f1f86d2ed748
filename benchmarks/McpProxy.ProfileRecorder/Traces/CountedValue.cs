namespace McpProxy.ProfileRecorder.Traces;

/// <summary>A value of a <see cref="MethodCount"/>.</summary>
/// <param name="Number">A count; in the place of a type or a method 0 for none, or 1 for one that is not known.</param>
/// <param name="Type">A type.</param>
/// <param name="Method">A method.</param>
internal readonly record struct CountedValue(long Number, TypeUse? Type = null, MethodUse? Method = null);
