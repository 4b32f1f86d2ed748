using McpProxy.Relay.Processes;

namespace McpProxy.Relay.Tests.Processes;

public sealed class ProcessListingTests
{
    // As ps -A -E -ww -o pid= -o ppid= -o command= writes it: a command's arguments may hold line ends.
    private const string Listing =
        """
            1     0 /sbin/launchd
          100     1 mcp-proxy --port 0 PATH=/bin
          110   100 node server.js PATH=/bin MCP_PROXY_CHILD=run/one
          111   110 /bin/sh -c helper
          112   111 helper PATH=/bin
          120     1 daemon MCP_PROXY_CHILD=run/one HOME=/
          130   100 node other.js MCP_PROXY_CHILD=run/two
        second line of it
          140     1
        """;

    [Fact]
    public void Tree_OfAMark_IsTheProcessTheMarkedAndAllBelow()
    {
        var listing = ProcessListing.Parse(new StringReader(Listing), "one");

        Assert.Equal([110, 111, 112, 120], listing.Tree(110).Order());
    }

    [Fact]
    public void Tree_OfAProcessThatIsGone_HasWhatItLeft()
    {
        var listing = ProcessListing.Parse(new StringReader(Listing), "two");

        Assert.Equal([99, 130], listing.Tree(99).Order());
    }

    [Fact]
    public void Parse_Nothing_LeavesTheProcessAlone() => Assert.Equal([7], ProcessListing.Parse(TextReader.Null, "one").Tree(7));
}
