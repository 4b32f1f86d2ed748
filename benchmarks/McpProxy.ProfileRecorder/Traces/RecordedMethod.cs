namespace McpProxy.ProfileRecorder.Traces;

/// <summary>A method as a trace names it.</summary>
/// <param name="Type">The type that it is a method of, as <see cref="RecordedTrace.Types"/> knows it.</param>
/// <param name="Token">Its token in the type's module.</param>
/// <param name="Arguments">What it is instantiated over.</param>
internal readonly record struct RecordedMethod(ulong Type, int Token, ulong[] Arguments);
