using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace McpProxy.ProfileRecorder.Traces;

/// <summary>The assemblies of a published program.</summary>
internal sealed class SourceAssemblies(string folder)
{
    private readonly Dictionary<string, SourceAssembly?> _byName = new(StringComparer.Ordinal);

    /// <summary>Finds the assembly that a module was loaded from.</summary>
    /// <returns>null if it is none of the program: the runtime makes some by itself.</returns>
    public SourceAssembly? Find(string modulePath)
    {
        var name = Path.GetFileNameWithoutExtension(modulePath);
        if (!_byName.TryGetValue(name, out var assembly))
        {
            var file = Path.Combine(folder, name + ".dll");
            _byName[name] = assembly = File.Exists(file) ? Read(file) : null;
        }

        return assembly;
    }

    private static SourceAssembly Read(string file)
    {
        // Not disposed of: the reader reads the memory that it holds.
        var reader = new PEReader(ImmutableArray.Create(File.ReadAllBytes(file))).GetMetadataReader();
        return new SourceAssembly(reader.GetString(reader.GetAssemblyDefinition().Name), reader);
    }
}
