// The official TypeScript SDK, version 2: `@modelcontextprotocol/client`, which also speaks the revision 2026-07-28.
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { readArguments, runChecks } from './checks.mjs';
import { eraChecks } from './eras.mjs';
import { featureChecks } from './features.mjs';
import { Inbox } from './inbox.mjs';

// A Standard Schema that takes whatever came.
const anything = { '~standard': { version: 1, vendor: 'mcp-proxy-tests', validate: (value) => ({ value }) } };

async function connect({ url, transport, bridge, capabilities, handlers, negotiation }) {
  const client = new Client(
    { name: 'typescript-client', title: 'TypeScript client', version: '2.0.0' },
    { capabilities, versionNegotiation: negotiation },
  );
  const inbox = new Inbox();
  client.fallbackNotificationHandler = async ({ method, params }) => inbox.push(method, params);
  client.setNotificationHandler('notifications/progress', ({ method, params }) => inbox.push(method, params));
  for (const [method, answer] of Object.entries(handlers)) {
    client.setRequestHandler(method, (request) => answer(request.params));
  }

  const wire = wireOf(transport, url, bridge);
  await client.connect(wire);
  return {
    client,
    inbox,
    protocolVersion: client.getNegotiatedProtocolVersion(),
    era: client.getProtocolEra(),
    sessionId: wire.sessionId,
    request: (method, params, options) => client.request({ method, params }, anything, options),
    notify: (method, params) => client.notification({ method, params }),
    terminate: () => wire.terminateSession(),
    close: () => client.close(),
  };
}

function wireOf(transport, url, bridge) {
  switch (transport) {
    case 'stdio':
      return new StdioClientTransport({ command: bridge, args: [url] });
    case 'sse':
      return new SSEClientTransport(new URL(url));
    default:
      return new StreamableHTTPClientTransport(new URL(url));
  }
}

const args = readArguments();
const checks = [...featureChecks(args, connect), ...(new URL(args.url).pathname.endsWith('/sse') ? [] : eraChecks(args, connect))];
const passed = await runChecks(checks, args.only);
process.exit(passed ? 0 : 1);
