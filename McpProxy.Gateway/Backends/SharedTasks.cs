using System.Buffers;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// Whose the tasks of a shared connection are: what the server says of one is for the client whose request has become that task, before and
/// long after the request is answered (MCP 2025-11-25, basic/utilities/tasks). Guarded by the link.
/// </summary>
internal sealed class SharedTasks
{
    /// <summary>A client's oldest task is forgotten when it has more. When one ends is not looked at.</summary>
    public const int MostOfAClient = 256;

    /// <summary>How many statuses are kept of tasks that no answer has named yet: servers may speak of a task before they have said that it is one.</summary>
    private const int MostEarly = 64;

    private const int LongestEarly = 16 * 1024;

    private readonly Dictionary<JsonToken, SharedTask> _byId = [];
    private readonly Dictionary<JsonToken, SharedTask> _byToken = [];
    private readonly Dictionary<BackendClient, Queue<SharedTask>> _byClient = [];
    private readonly Queue<(JsonToken Id, byte[] Status)> _early = [];

    /// <summary>A client's request has become a task.</summary>
    /// <returns>What the server has said of it so far.</returns>
    public IReadOnlyList<byte[]> Add(JsonToken id, BackendClient client, JsonToken wireToken, JsonToken progressToken)
    {
        var task = new SharedTask(id, client, wireToken, progressToken);
        if (!_byId.TryAdd(id, task))
        {
            return []; // The server names two tasks alike, or a result quotes one.
        }

        if (!wireToken.IsNone)
        {
            _byToken[wireToken] = task;
        }

        if (!_byClient.TryGetValue(client, out var tasks))
        {
            _byClient[client] = tasks = [];
        }

        tasks.Enqueue(task);
        if (tasks.Count > MostOfAClient)
        {
            Remove(tasks.Dequeue());
        }

        return TakeEarly(id);
    }

    /// <summary>Whom progress after an answer, or the status of a task, is for; null when that is not known. Progress gets the client's own token.</summary>
    public BackendClient? OwnerOf(Message message)
    {
        var about = JsonToken.Read(message[message.Envelope.Subject]);
        if (message.Envelope.Method == McpMethod.TaskStatus)
        {
            var owner = OwnerOf(about);
            if (owner is null && message.Length <= LongestEarly)
            {
                KeepEarly(about, message); // An answer may be about to say whose it is.
            }

            return owner;
        }

        if (!_byToken.TryGetValue(about, out var task))
        {
            return null;
        }

        message.Replace(message.Envelope.Subject, task.ProgressToken);
        return task.Client;
    }

    /// <summary>Leaves in an answer to <c>tasks/list</c> what is the client's own: whoever knows a task's id can have its result.</summary>
    public Message LeaveOwn(BackendClient? client, Message response, MessagePool pool)
    {
        var json = response.ToArray();
        var tasks = TaskScanner.ReadList(json, out var list);
        List<Slice> own = [.. tasks.Where(task => client is not null && OwnerOf(JsonToken.Read(json.AsSpan(task.Id.Start, task.Id.Length))) == client).Select(task => task.Task)];
        if (own.Count == tasks.Count)
        {
            return response;
        }

        response.Dispose();
        var body = new ArrayBufferWriter<byte>(json.Length);
        body.Write(json.AsSpan(0, list.Start + 1));
        foreach (var task in own)
        {
            body.Write(task == own[0] ? default : ","u8);
            body.Write(json.AsSpan(task.Start, task.Length));
        }

        body.Write(json.AsSpan(list.End - 1));
        return MessageReader.Read(pool, body.WrittenSpan).Single!;
    }

    /// <summary>A client has left. Its tasks go on, but nobody is told of them.</summary>
    public void Forget(BackendClient client)
    {
        if (!_byClient.Remove(client, out var tasks))
        {
            return;
        }

        foreach (var task in tasks)
        {
            Remove(task);
        }
    }

    /// <summary>The backend was started again: it knows none of them any more.</summary>
    public void Clear()
    {
        _byId.Clear();
        _byToken.Clear();
        _byClient.Clear();
        _early.Clear();
    }

    private BackendClient? OwnerOf(JsonToken id) => _byId.GetValueOrDefault(id)?.Client;

    private void KeepEarly(JsonToken id, Message status)
    {
        _early.Enqueue((id, status.ToArray()));
        if (_early.Count > MostEarly)
        {
            _early.Dequeue();
        }
    }

    private List<byte[]> TakeEarly(JsonToken id)
    {
        List<byte[]> taken = [];
        for (var left = _early.Count; left > 0; left--)
        {
            var early = _early.Dequeue();
            if (early.Id == id)
            {
                taken.Add(early.Status);
            }
            else
            {
                _early.Enqueue(early);
            }
        }

        return taken;
    }

    private void Remove(SharedTask task)
    {
        _byId.Remove(task.Id);
        _byToken.Remove(task.WireToken);
    }
}
