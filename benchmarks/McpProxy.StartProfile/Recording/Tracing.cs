namespace McpProxy.StartProfile.Recording;

/// <summary>
/// What has a program of .NET write a trace of itself, from its first instruction to its end
/// (https://learn.microsoft.com/dotnet/core/diagnostics/eventpipe#trace-using-environment-variables).
/// </summary>
internal static class Tracing
{
    // Keywords of the runtime's provider: modules that are loaded, methods that are compiled, names of types,
    // methods whose compiled code is asked for the first time, and what both kinds of methods are made of.
    private const long Loader = 0x8;
    private const long Jit = 0x10;
    private const long Type = 0x80000;
    private const long CompilationDiagnostic = 0x2000000000;
    private const long MethodDiagnostic = 0x4000000000;
    private const long TypeDiagnostic = 0x8000000000;
    private const long Keywords = Loader | Jit | Type | CompilationDiagnostic | MethodDiagnostic | TypeDiagnostic;
    private const int Verbose = 5;

    /// <summary>The environment of a program that is to trace itself.</summary>
    /// <param name="file">Where the trace is written when the program ends by itself.</param>
    public static IReadOnlyDictionary<string, string> To(string file) => new Dictionary<string, string>
    {
        ["DOTNET_EnableEventPipe"] = "1",
        ["DOTNET_EventPipeOutputPath"] = file,
        ["DOTNET_EventPipeConfig"] = $"Microsoft-Windows-DotNETRuntime:{Keywords:x}:{Verbose}",
        ["DOTNET_EventPipeCircularMB"] = "256",
    };
}
