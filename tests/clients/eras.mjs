// A client that prefers the revision 2026-07-28 must reach every server: in that era if the server speaks it, else by `initialize`.
import assert from 'node:assert/strict';
import { servers } from './servers.mjs';

export function eraChecks({ url, transport, bridge, server }, connect) {
  const profile = servers[server];
  const open = (mode) => connect({ url, transport, bridge, capabilities: {}, handlers: {}, negotiation: { mode } });

  return [
    ['era: a dual-era client reaches the server', async () => {
      const peer = await open('auto');
      try {
        const result = await peer.client.callTool(profile.echo('either era'));
        assert.equal(profile.echoOf(result), 'either era');
        assert.equal(peer.era, profile.modern ? 'modern' : 'legacy');
        return `${peer.era} ${peer.protocolVersion}`;
      } finally {
        await peer.close();
      }
    }],

    ['era: a legacy client is served beside it', async () => {
      const peer = await open('legacy');
      try {
        assert.equal(peer.era, 'legacy');
        const result = await peer.client.callTool(profile.echo('legacy'));
        assert.equal(profile.echoOf(result), 'legacy');
      } finally {
        await peer.close();
      }
    }],

    ...(profile.modern ? [['era: a client pinned to 2026-07-28 lists and calls', async () => {
      const peer = await open({ pin: '2026-07-28' });
      try {
        assert.equal(peer.protocolVersion, '2026-07-28');
        assert.equal(peer.sessionId, undefined, 'the modern era has no sessions');
        const { tools } = await peer.client.listTools();
        assert.ok(tools.length > 0);
        const calls = Array.from({ length: 20 }, (_, i) => peer.client.callTool(profile.add(i, 1)));
        for (const [i, result] of (await Promise.all(calls)).entries()) {
          assert.equal(profile.sumOf(result), i + 1);
        }
      } finally {
        await peer.close();
      }
    }]] : []),
  ];
}
