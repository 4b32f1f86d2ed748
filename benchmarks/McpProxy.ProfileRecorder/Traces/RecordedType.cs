using System.Reflection.Metadata;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>A type as a trace names it.</summary>
/// <param name="Module">The module that defines it, as <see cref="RecordedTrace.Modules"/> knows it.</param>
/// <param name="Token">Its token in there.</param>
/// <param name="Kind">What it is made of, if it is an array, a pointer or a reference: then the one argument is its element.</param>
/// <param name="Arguments">What it is instantiated over, as <see cref="RecordedTrace.Types"/> knows them.</param>
internal readonly record struct RecordedType(long Module, int Token, SignatureTypeCode Kind, ulong[] Arguments);
