namespace McpProxy.ProfileRecorder.Recording;

/// <summary>
/// What has a program of .NET write a trace of itself, from its first instruction to its end
/// (https://learn.microsoft.com/dotnet/core/diagnostics/eventpipe#trace-using-environment-variables).
/// </summary>
internal static class Tracing
{
    // Keywords of the runtime's provider: modules that are loaded, methods that are compiled, names of types, methods whose
    // compiled code is asked for the first time, what both kinds of methods are made of, and what instrumented code counted.
    private const long Loader = 0x8;
    private const long Jit = 0x10;
    private const long Type = 0x80000;
    private const long CompilationDiagnostic = 0x2000000000;
    private const long MethodDiagnostic = 0x4000000000;
    private const long TypeDiagnostic = 0x8000000000;
    private const long JitInstrumentationData = 0x10000000000;
    private const long Names = Loader | Type | MethodDiagnostic | TypeDiagnostic;
    private const int Verbose = 5;

    /// <summary>The environment of a program that is to tell which methods it uses.</summary>
    /// <param name="file">Where the trace is written when the program ends by itself.</param>
    public static IReadOnlyDictionary<string, string> OfUse(string file) => To(file, Names | Jit | CompilationDiagnostic);

    /// <summary>
    /// The environment of a program that is to count how often it does what: compiled while it runs, without optimizing,
    /// so that each method counts by itself.
    /// </summary>
    /// <param name="file">Where the trace is written when the program ends by itself.</param>
    public static IReadOnlyDictionary<string, string> OfCounts(string file) =>
        new Dictionary<string, string>(To(file, Names | Jit | JitInstrumentationData))
        {
            ["DOTNET_ReadyToRun"] = "0",
            ["DOTNET_TieredPGO"] = "1",
            ["DOTNET_TieredPGO_InstrumentOnlyHotCode"] = "0",
            ["DOTNET_TC_CallCounting"] = "0",
        };

    private static Dictionary<string, string> To(string file, long keywords) => new()
    {
        ["DOTNET_EnableEventPipe"] = "1",
        ["DOTNET_EventPipeOutputPath"] = file,
        ["DOTNET_EventPipeConfig"] = $"Microsoft-Windows-DotNETRuntime:{keywords:x}:{Verbose}",
        ["DOTNET_EventPipeCircularMB"] = "256",
    };
}
