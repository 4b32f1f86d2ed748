// The official TypeScript SDK, version 1: `@modelcontextprotocol/sdk`.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ProgressNotificationSchema,
  ResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { readArguments, runChecks } from './checks.mjs';
import { featureChecks } from './features.mjs';
import { Inbox } from './inbox.mjs';

const requestSchemas = {
  'sampling/createMessage': CreateMessageRequestSchema,
  'elicitation/create': ElicitRequestSchema,
  'roots/list': ListRootsRequestSchema,
};

async function connect({ url, transport, bridge, capabilities, handlers }) {
  const client = new Client({ name: 'typescript-sdk', title: 'TypeScript SDK', version: '1.0.0' }, { capabilities });
  const inbox = new Inbox();
  client.fallbackNotificationHandler = async ({ method, params }) => inbox.push(method, params);
  client.setNotificationHandler(ProgressNotificationSchema, ({ method, params }) => inbox.push(method, params));
  for (const [method, answer] of Object.entries(handlers)) {
    client.setRequestHandler(requestSchemas[method], (request) => answer(request.params));
  }

  const wire = wireOf(transport, url, bridge);
  await client.connect(wire);
  return {
    client,
    inbox,
    protocolVersion: wire.protocolVersion,
    sessionId: wire.sessionId,
    request: (method, params, options) => client.request({ method, params }, ResultSchema, options),
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
const passed = await runChecks(featureChecks(args, connect), args.only);
process.exit(passed ? 0 : 1);
