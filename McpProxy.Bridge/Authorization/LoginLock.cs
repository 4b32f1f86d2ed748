using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Authorization;

/// <summary>
/// The right to get tokens for a server, which one process has at a time: hosts start several bridges at once, and their user is to log in
/// once. The operating system takes it back from a process that dies.
/// </summary>
internal sealed class LoginLock : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private LoginLock(FileStream file) => _file = file;

    /// <summary>Waits for the right.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told once when somebody else has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LoginLock> TakeAsync(string path, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var hasSaid = false;
        while (true)
        {
            try
            {
                return new LoginLock(new FileStream(path, TokenFile.OwnerOnly(FileMode.OpenOrCreate, FileAccess.ReadWrite)));
            }
            catch (IOException) when (Directory.Exists(Path.GetDirectoryName(path)))
            {
                if (!hasSaid)
                {
                    logger.WaitingForLogin();
                    hasSaid = true;
                }
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>The failure that somebody has left, or null.</summary>
    public LoginFailure? ReadFailure()
    {
        try
        {
            _file.Position = 0;
            return _file.Length == 0 ? null : JsonSerializer.Deserialize(_file, TokenJson.Default.LoginFailure);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Leaves a failure for those who wait, or takes it away.</summary>
    public void WriteFailure(LoginFailure? failure)
    {
        _file.SetLength(0);
        if (failure is not null)
        {
            JsonSerializer.Serialize(_file, failure, TokenJson.Default.LoginFailure);
        }

        _file.Flush();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
