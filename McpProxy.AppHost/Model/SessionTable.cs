using System.Globalization;
using System.Text;

namespace McpProxy.AppHost.Model;

/// <summary>Sessions as a Markdown table, for the dashboard.</summary>
internal static class SessionTable
{
    /// <summary>Writes the table, the session that was idle longest last.</summary>
    public static string Create(IEnumerable<OperatorSession> sessions)
    {
        var text = new StringBuilder("| session | server | transport | revision | in flight | idle |\n|---|---|---|---|--:|--:|\n");
        foreach (var session in sessions.OrderBy(session => session.IdleSeconds))
        {
            var idle = TimeSpan.FromSeconds(session.IdleSeconds).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Cell(session.Id)} | {Cell(session.Server)} | {Cell(session.Transport)} | {Cell(session.ProtocolVersion ?? "")} | {session.InFlight} | {idle} |\n");
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
