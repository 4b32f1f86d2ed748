using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Runtime.InteropServices;
using McpProxy.LoadBench;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>Reads the trace that a process wrote of itself.</summary>
internal static class TraceReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="BenchException">Events are missing.</exception>
    public static RecordedTrace Read(string file)
    {
        var trace = new RecordedTrace();
        using var source = new EventPipeEventSource(file);
        source.Clr.LoaderModuleLoad += loaded => trace.Modules[loaded.ModuleID] = loaded.ModuleILPath;
        new ClrRundownTraceEventParser(source).LoaderModuleDCStop += loaded => trace.Modules[loaded.ModuleID] = loaded.ModuleILPath;
        source.Clr.TypeBulkType += types => Add(trace, types);
        source.Clr.MethodMethodDetails += method => Add(trace, method);
        source.Clr.MethodLoadVerbose += method => trace.Used.Add(method.MethodID);
        source.Clr.MethodR2RGetEntryPoint += method => trace.Used.Add(method.MethodID);
        source.Clr.JitInstrumentationDataVerboseInstrumentationData += method => AddCounts(trace, method.EventData());
        source.Process();
        return source.EventsLost == 0 ? trace : throw new BenchException($"{file} lacks {source.EventsLost} events.");
    }

    private static void Add(RecordedTrace trace, GCBulkTypeTraceData types)
    {
        for (var i = 0; i < types.Count; i++)
        {
            var type = types.Values(i);
            var arguments = new ulong[type.TypeParameterCount];
            for (var argument = 0; argument < arguments.Length; argument++)
            {
                arguments[argument] = (ulong)type.TypeParameterID(argument);
            }

            trace.Types[(ulong)type.TypeID] =
                new RecordedType((long)type.ModuleID, type.TypeNameID, (SignatureTypeCode)type.CorElementType, arguments);
        }
    }

    private static void Add(RecordedTrace trace, MethodDetailsTraceData method)
    {
        var arguments = new ulong[method.TypeParameterCount];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = (ulong)method.TypeParameters(i);
        }

        trace.Methods[(long)method.MethodID] = new RecordedMethod((ulong)method.TypeID, (int)method.MethodToken, arguments);
    }

    // The library's own properties take the fields to lie elsewhere. They are: instance (2 bytes), flags (4), size of the data (4),
    // method (8), module (8), token (4), three names that end with a zero character each, the data.
    private static void AddCounts(RecordedTrace trace, ReadOnlySpan<byte> fields)
    {
        const int Size = 6;
        const int Method = 10;
        const int Names = 30;
        var names = MemoryMarshal.Cast<byte, char>(fields[Names..]);
        var end = 0;
        for (var name = 0; name < 3; name++)
        {
            end += names[end..].IndexOf('\0') + 1;
        }

        trace.Counts[BinaryPrimitives.ReadInt64LittleEndian(fields[Method..])] =
            fields.Slice(Names + (end * sizeof(char)), BinaryPrimitives.ReadInt32LittleEndian(fields[Size..])).ToArray();
    }
}
