using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Authorization;

/// <summary>Opens an address in the user's browser. What cannot be opened was written to the log as well.</summary>
internal sealed class Browser(ILogger logger)
{
    /// <summary>Opens an address.</summary>
    public void Open(Uri address)
    {
        try
        {
            using var process = Process.Start(Command(address.AbsoluteUri));
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            logger.BrowserFailed(e.Message);
        }
    }

    private static ProcessStartInfo Command(string address)
    {
        if (OperatingSystem.IsWindows())
        {
            return new ProcessStartInfo(address) { UseShellExecute = true };
        }

        // Stdout belongs to the protocol, and stdin to the host: a browser gets neither.
        var program = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        return new ProcessStartInfo("/bin/sh", ["-c", $"exec {program} \"$0\" </dev/null >/dev/null 2>&1", address]) { UseShellExecute = false };
    }
}
