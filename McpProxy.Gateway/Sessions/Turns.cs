namespace McpProxy.Gateway.Sessions;

/// <summary>Lets one in after the other, in the order in which they come; a semaphore promises no order.</summary>
internal sealed class Turns
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<Turn>> _waiting = [];
    private bool _isTaken;
    private bool _ended;

    /// <summary>Waits for one's turn.</summary>
    public ValueTask<Turn> EnterAsync()
    {
        lock (_gate)
        {
            if (!_isTaken || _ended)
            {
                _isTaken = true;
                return new ValueTask<Turn>(new Turn(this));
            }

            var waiter = new TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter);
            return new ValueTask<Turn>(waiter.Task);
        }
    }

    /// <summary>Lets all in, those who wait and those who come: there is nothing left to be in order.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            while (_waiting.TryDequeue(out var next))
            {
                next.SetResult(new Turn(this));
            }
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var next))
            {
                next.SetResult(new Turn(this));
                return;
            }

            _isTaken = false;
        }
    }

    /// <summary>One's turn, until it is disposed; the default is nobody's.</summary>
    public readonly struct Turn(Turns? turns) : IDisposable
    {
        /// <summary>Lets the next one in.</summary>
        public void Dispose() => turns?.Leave();
    }
}
