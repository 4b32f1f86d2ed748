namespace McpProxy.Gateway.Configuration;

/// <summary>Is told when the servers file has changed.</summary>
internal interface IServersFileObserver
{
    /// <summary>Takes over what the file says now. Called for usable files only, one call at a time.</summary>
    void ServersFileChanged(ServersFile file);
}
