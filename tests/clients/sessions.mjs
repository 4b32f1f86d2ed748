// Sessions begin, live side by side, and end.
import assert from 'node:assert/strict';

export function sessionChecks({ open, peer, profile, transport, url }) {
  return [
    ['sessions: several at once answer their own calls', async () => {
      const peers = await Promise.all(Array.from({ length: 5 }, () => open()));
      try {
        const calls = peers.flatMap((peered, i) =>
          Array.from({ length: 20 }, async (_, j) => [`${i}/${j}`, await peered.client.callTool(profile.echo(`${i}/${j}`))]));
        for (const [sent, result] of await Promise.all(calls)) {
          assert.equal(profile.echoOf(result), sent);
        }
      } finally {
        await Promise.all(peers.map((peered) => peered.close()));
      }
    }],

    ...(transport === 'http' ? [['sessions: DELETE ends one, and then it is not found', async () => {
      const peered = await open();
      const id = peered.sessionId;
      await peered.terminate();
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-session-id': id },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
      await response.body?.cancel();
      assert.equal(response.status, 404);
      await peered.close();
    }]] : []),

    ['sessions: the first one is still there', async () => {
      const { client } = await peer();
      await client.ping();
      await client.close();
    }],
  ];
}
