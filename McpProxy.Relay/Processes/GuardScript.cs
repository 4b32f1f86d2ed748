namespace McpProxy.Relay.Processes;

/// <summary>What the guard runs in /bin/sh: plain POSIX, for dash, bash and busybox.</summary>
internal static class GuardScript
{
    /// <summary>
    /// The script. It reads the run's mark, then waits for a second line, <c>done</c>, or for the end of the pipe, which only we hold: then we
    /// were killed. Servers get the time that they have at a normal stop: 2 s for the end of their stdin, 2 s for SIGTERM, then SIGKILL. After
    /// <c>done</c> they have had it: who is left then gets SIGKILL at once, and is gone when it looks again.
    /// </summary>
    /// <remarks>
    /// If we were killed, it looks twice before it believes that nobody is left: what was just being started has its mark only a moment later.
    /// An empty mark would be found in every process, hence the length. Descriptors above 2 are closed because a supervisor may wait for the
    /// end of one.
    /// </remarks>
    public const string Text =
        """
        # Ends what mcp-proxy started, if mcp-proxy is killed. Ends by itself when mcp-proxy does.
        trap '' HUP INT QUIT TERM TSTP TTIN TTOU
        exec >/dev/null 2>&1 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
        IFS= read -r mark && [ ${#mark} -ge 32 ] || exit 0
        read -r word
        marked() {
          if [ -r /proc/self/environ ]; then
            for file in $(grep -lsF "$mark" /proc/[0-9]*/environ); do
              file=${file#/proc/}
              echo "${file%/environ}"
            done
          else
            ps -A -E -ww -o pid= -o command= | while read -r pid rest; do
              case $rest in *"$mark"*) echo "$pid" ;; esac
            done
          fi
        }
        tree() {
          for pid do
            echo "$pid"
            tree $(cat /proc/"$pid"/task/*/children)
          done
        }
        turn=0
        calm=0
        enough=2
        [ "$word" = done ] && turn=4 && enough=1
        while [ $turn -lt 9 ]; do
          turn=$((turn + 1))
          found=$(tree $(marked))
          if [ -z "$found" ]; then
            calm=$((calm + 1))
            [ $calm -ge $enough ] && exit 0
          else
            calm=0
            case $turn in
              1 | 2) ;;
              3 | 4) kill -TERM $found ;;
              5) kill -KILL $found; continue ;;
              *) kill -KILL $found ;;
            esac
          fi
          sleep 1
        done
        """;
}
