namespace McpProxy.Gateway.Configuration;

/// <summary>What <c>--help</c> prints, and what accompanies an error.</summary>
internal static class CommandLineHelp
{
    /// <summary>Said below a mistake of usage.</summary>
    public const string Hint =
        """
        usage: mcp-proxy [OPTION]... [--] COMMAND [ARGUMENT]...
               mcp-proxy [OPTION]... URL
        Try 'mcp-proxy --help' for all options and examples.
        """;

    /// <summary>The manual page.</summary>
    public const string Text =
        """
        mcp-proxy - any MCP client to any MCP server, whatever transport each of them speaks

        SYNOPSIS
          mcp-proxy [OPTION]... [--] COMMAND [ARGUMENT]...
          mcp-proxy [OPTION]... --named-server NAME COMMAND_STRING...
          mcp-proxy [OPTION]... --named-server-config FILE [[--] COMMAND [ARGUMENT]...]
          mcp-proxy [OPTION]... URL
          mcp-proxy check [OPTION]... URL
          mcp-proxy check [--json] [--] COMMAND [ARGUMENT]...

        DESCRIPTION
          What comes first after the options decides:

          COMMAND   Gateway: starts a server that speaks MCP over stdio, and serves it over HTTP:
                    Streamable HTTP at /mcp, HTTP+SSE at /sse. Named servers are served beside it
                    at /servers/NAME/mcp and /servers/NAME/sse, their state at /status.

          URL       Bridge: an address that starts with http:// or https:// is a remote MCP server.
                    It is served over stdio, to the program that started mcp-proxy.

          check     Connects to the address, or starts the command, reports which server is there
                    and what it offers, and ends: with 0 if it works, else with 1.

        WHOSE OPTION IS IT?
          Options may stand before and after COMMAND. Before it, every option is mcp-proxy's. After it,
          those listed below (spelled in full) are still mcp-proxy's, and all others are the command's:

            mcp-proxy npx -y @scope/server --port 8080     -y goes to npx, --port to mcp-proxy

          After -- everything is the command's. Put it before a command that has options of the same
          name as mcp-proxy's:

            mcp-proxy --port 8080 -- docker run -i --rm -e TOKEN image

          --name VALUE and --name=VALUE are the same. A long option may be abbreviated as long as it is
          clear which one is meant, before COMMAND. Of an option that is given twice, the last one
          counts, except where it says "repeatable".

        SERVING
          --port PORT               Port to listen on; 0 takes a free one and prints it. Default: 0
          --host ADDRESS            IP address to listen on, localhost, or * for all.
                                    Default: 127.0.0.1
          --path-base PATH          Serve everything below this path, for a reverse proxy that does not
                                    strip its prefix. Default: none
          --[no-]stateless          No sessions: every POST stands alone. Default: off
          --sse-port, --sse-host    Deprecated: --port, --host

        SERVERS
          -e, --env KEY VALUE       Set an environment variable for COMMAND; repeatable
          --cwd DIRECTORY           Working directory of COMMAND. Default: that of mcp-proxy
          --[no-]pass-environment   Let all servers inherit the whole environment. Default: off; they
                                    get PATH, HOME and a few more
          --named-server NAME COMMAND_STRING
                                    Serve one more server at /servers/NAME/; repeatable. The string is
                                    split like a shell does, with quotes
          --named-server-config FILE
                                    Serve the servers of this file, and follow its changes. It takes
                                    the place of --named-server. See SERVERS FILE
          --initialize-timeout TIME How long a server may take to start. 1s to 1h. Default: 60s
          --max-restarts N          Give a server up when it has failed so often in a row. Default: 0,
                                    never

        SHARING AND SESSIONS
          --sharing MODE            Which client gets which process. Default: auto
                                      dedicated  each session has a process of its own
                                      shared     all sessions share one
                                      auto       shared, but a client that can answer requests of the
                                                 server (sampling, elicitation, roots) gets its own
          --session-idle-timeout TIME
                                    End a session after this time without use. 1s to 7d. Default: 30m
          --max-sessions N          More are refused with 429. Default: 10000
          --[no-]evict-idle-sessions
                                    Instead, end the session that was idle longest
          --keep-alive TIME         How often a silent stream carries a comment. Default: 15s
          --replay-events N         Events that a session keeps for clients that reconnect.
                                    Default: 256
          --replay-size SIZE        The same, as a size. Default: 1MiB

        SAFETY
          --allow-origin ORIGIN...  Web pages that may call, besides local ones, such as
                                    https://app.example.com; * for any; repeatable
          --expose-header HEADER    Let web pages read one more response header; repeatable.
                                    Mcp-Session-Id is always readable
          --allow-host NAME         Host name by which clients may call, besides local ones; * for any;
                                    repeatable. Only a listener on a local address checks without it

        LIMITS
          --max-request-size SIZE   Largest body of a POST. Default: 64MiB
          --max-message-size SIZE   Largest message from a server. Default: 256MiB
          --max-queue-size SIZE     What may wait for a slow client before its server has to wait.
                                    Default: 4MiB
          --server-request-timeout TIME
                                    How long a request of a server waits for a client that listens.
                                    Default: 30s
          --stall-timeout TIME      How long a client that reads nothing may hold up others.
                                    Default: 30s
          --shutdown-timeout TIME   How long everything may take to stop. Default: 10s

          TIME is 500ms, 30s, 5m, 1h, hh:mm:ss, or a number of seconds. SIZE is 64MiB, 512KiB, 64MB
          (millions), or a number of bytes.

        REMOTE SERVER (with URL)
          --transport MODE          auto, streamablehttp or sse. Default: auto, which tries
                                    Streamable HTTP, then HTTP+SSE
          -H, --headers KEY VALUE   Send a header; repeatable
          --header-file FILE        Send the headers of a file, "Name: value" a line; repeatable.
                                    Keeps secrets out of the list of processes
          --client-id ID, --client-secret SECRET, --token-url URL
                                    Authenticate with OAuth 2 client credentials; all three together
          --client-secret-file FILE The same, with the secret in a file
          --scope SCOPE             Scope to ask for, if the server names none; repeatable
          --no-browser              Do not open a browser for a login; its address is on stderr
          --callback-port PORT      Port on 127.0.0.1 to which a login returns. Default: 0, one that
                                    follows from the URL
          --client-metadata-url URL OAuth client ID metadata document that describes this client
          --token-folder DIRECTORY  Where logins are remembered. Default: mcp-proxy in the user's
                                    folder for such things
          --verify-ssl [VALUE], --no-verify-ssl
                                    Check the server's certificate: yes, no, or the path of a CA
                                    bundle. Default: yes
          --connect-timeout TIME    How long connecting and the handshake may take. Default: 30s
          --idle-timeout TIME       When a silent stream on which no call waits counts as dead;
                                    0 for never. Default: 5m
          --json                    With check: print what was found as JSON

          There is no limit on how long a tool may run. --shutdown-timeout and --max-message-size
          apply here, too. A server that asks for a login gets one: mcp-proxy opens the browser once,
          and remembers.

        LOGGING AND HELP
          --log-level LEVEL         TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE, in any case.
                                    Default: INFO
          --[no-]debug              The same as --log-level DEBUG, and stronger
          --version                 Print the version
          -h, --help                Print this text

        SERVERS FILE
          The "mcpServers" object that MCP hosts use. Comments and trailing commas are allowed.

            {
              "mcpServers": {
                "fetch": { "command": "uvx", "args": ["mcp-server-fetch"] },
                "github": {
                  "command": "npx",
                  "args": ["-y", "@modelcontextprotocol/server-github"],
                  "env": { "GITHUB_PERSONAL_ACCESS_TOKEN": "${GITHUB_TOKEN}" },
                  "sharing": "dedicated"
                }
              }
            }

          Keys: command, args, env, cwd, enabled, disabled, url, type (or transport), headers, timeout
          (seconds to start), sharing. ${NAME} and ${NAME:-default} are filled in from the environment;
          $${ is a plain ${. A mistake in an entry disables that entry only.

        EXAMPLES
          Serve a server over HTTP:
            mcp-proxy uvx mcp-server-fetch
            mcp-proxy --port=8080 uvx mcp-server-fetch
            mcp-proxy --port=8080 -- uvx mcp-server-fetch --user-agent=YourUserAgent
            mcp-proxy --port 8080 npx -y @modelcontextprotocol/server-everything
            mcp-proxy your-command --port 8080 -e KEY VALUE -e ANOTHER_KEY ANOTHER_VALUE
            mcp-proxy your-command --port 8080 --allow-origin='*' --expose-header Custom-Header
            mcp-proxy --pass-environment --port=8096 --host 0.0.0.0 uvx mcp-server-fetch

          Serve several:
            mcp-proxy --port=8080 --named-server fetch 'uvx mcp-server-fetch' \
                                  --named-server time 'uvx mcp-server-time'
            mcp-proxy --port=8080 --named-server-config ./servers.json -- my-default-command --arg1

          Reach a remote server from a program that speaks stdio:
            mcp-proxy http://localhost:8080/sse
            mcp-proxy --transport streamablehttp http://localhost:8080/mcp
            mcp-proxy --headers Authorization 'Bearer YOUR_TOKEN' http://localhost:8080/sse
            mcp-proxy --client-id ID --client-secret SECRET \
                      --token-url https://auth.example.com/token http://localhost:8080/sse
            mcp-proxy --header-file ~/secret.headers https://example.com/mcp
            mcp-proxy --no-verify-ssl https://server.local/sse

          See whether a server works:
            mcp-proxy check https://example.com/mcp
            mcp-proxy check --json npx -y @modelcontextprotocol/server-everything

        ENVIRONMENT
          API_ACCESS_TOKEN          Sent to a remote server as "Authorization: Bearer ..."
          SSE_URL                   Deprecated: the URL, when there is no COMMAND and no URL
          McpProxy__...             Every gateway option is also a setting: McpProxy__Port=8080,
                                    McpProxy__Backends__NAME__Command=uvx and so on, here or in
                                    appsettings.json. The command line is stronger

        EXIT STATUS
          0  ended as asked
          1  nothing to serve, a mistake in the configuration, a check that failed,
             or a standard output that cannot be written
          2  a mistake on the command line
        """;
}
