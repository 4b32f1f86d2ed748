// The features that must survive the proxy, each as one named check. Every server that we test has most of them.
import assert from 'node:assert/strict';
import { conversationChecks } from './conversation.mjs';
import { servers } from './servers.mjs';
import { sessionChecks } from './sessions.mjs';

const ROOTS = [
  { uri: 'file:///home/user/project', name: 'Project' },
  { uri: 'file:///home/user/notes', name: 'Notes' },
];

const AWKWARD_TEXTS = [
  'plain',
  'emoji 👩‍👩‍👧‍👦 and 🇫🇷',
  'separators \u2028 and \u2029',
  'controls \u0000 \u0001 \u001f \u007f',
  'quotes " and \\ and \\u0041 and \r\n and \t',
  'combining e\u0301 and right-to-left \u202e text',
  'beyond the BMP \u{10ffff} \u{1f600}',
  'data: not an event\n\nevent: message\nid: 9\n\n',
];

/** All checks for one server over one transport; they share one connection unless they end it. */
export function featureChecks(args, connect) {
  const profile = servers[args.server];
  const context = { ...args, profile, answers: {}, roots: [...ROOTS], asked: [] };
  context.open = () => connect({ ...args, capabilities: capabilitiesOf(args), handlers: handlersOf(context) });
  let opening;
  context.peer = () => (opening ??= context.open());

  return [
    ...handshakeChecks(context),
    ...toolChecks(context),
    ...promptChecks(context),
    ...resourceChecks(context),
    ...payloadChecks(context),
    ...errorChecks(context),
    ...conversationChecks(context),
    ...sessionChecks(context),
  ];
}

function capabilitiesOf({ capabilities }) {
  return capabilities === 'none' ? {} : { roots: { listChanged: true }, sampling: {}, elicitation: { form: {}, url: {} } };
}

function handlersOf(context) {
  if (context.capabilities === 'none') {
    return {};
  }

  const answer = (method, usual) => async (params) => {
    context.asked.push({ method, params });
    return (context.answers[method] ?? usual)(params);
  };
  return {
    'roots/list': answer('roots/list', () => ({ roots: context.roots })),
    'sampling/createMessage': answer('sampling/createMessage', () => ({
      role: 'assistant',
      model: 'model-of-the-client',
      stopReason: 'endTurn',
      content: { type: 'text', text: 'sampled by the client 🌦' },
    })),
    'elicitation/create': answer('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } })),
  };
}

function handshakeChecks({ peer, profile, transport }) {
  return [
    ['initialize: the server introduces itself', async () => {
      const info = (await peer()).client.getServerVersion();
      assert.ok(info.name && info.version);
      for (const [key, value] of Object.entries(profile.info)) {
        assert.equal(info[key], value);
      }
      return info;
    }],

    ['initialize: instructions arrive', async () => {
      const instructions = (await peer()).client.getInstructions();
      assert.ok(instructions?.includes(profile.instructions), `instructions: ${instructions}`);
    }],

    ['initialize: capabilities are those of the server', async () => {
      const capabilities = (await peer()).client.getServerCapabilities();
      for (const name of profile.capabilities) {
        assert.ok(capabilities[name], `no capability ${name} in ${JSON.stringify(capabilities)}`);
      }
      assert.equal(capabilities.resources.subscribe, true);
    }],

    ['initialize: the newest revision of the era is agreed', async () => {
      assert.equal((await peer()).protocolVersion ?? '2025-11-25', '2025-11-25');
    }],

    ['initialize: the session id is visible ASCII and long enough', async () => {
      const { sessionId } = await peer();
      if (transport === 'http') {
        // 2025-11-25 Transports, Session Management: 0x21 to 0x7E; 128 bits need 22 characters of base64url.
        assert.match(sessionId, /^[\x21-\x7e]{22,}$/);
      }
    }],

    ['ping', async () => assert.deepEqual(await (await peer()).client.ping(), {})],
  ];
}

function toolChecks({ peer, profile }) {
  return [
    ['tools/list: names, schemas and annotations', async () => {
      const { tools } = await (await peer()).request('tools/list', {});
      const names = tools.map((tool) => tool.name);
      for (const name of profile.tools) {
        assert.ok(names.includes(name), `no tool ${name} in ${names}`);
      }
      assert.ok(tools.every((tool) => tool.inputSchema.type === 'object'));
      return names.length;
    }],

    ['tools/call: text', async () => {
      const result = await (await peer()).client.callTool(profile.echo('hello'));
      assert.equal(profile.echoOf(result), 'hello');
      assert.notEqual(result.isError, true);
    }],

    ['tools/call: typed arguments', async () => {
      const result = await (await peer()).client.callTool(profile.add(20, 22));
      assert.equal(profile.sumOf(result), 42);
    }],

    ['tools/call: an unknown tool is refused by the server', async () => {
      const result = await (await peer()).request('tools/call', { name: 'no-such-tool', arguments: {} })
        .catch((error) => ({ isError: true, content: [{ text: error.message }] }));
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /no-such-tool/);
    }],

    ...(profile.tasks ? [
      ['tools/call: structured content', async () => {
        const params = { name: 'get-structured-content', arguments: { location: 'Chicago' } };
        const result = await (await peer()).client.callTool(params);
        assert.deepEqual(result.structuredContent, { temperature: 36, conditions: 'Light rain / drizzle', humidity: 82 });
      }],

      ['tools/call: image, annotations and links', async () => {
        const { client } = await peer();
        const image = await client.callTool({ name: 'get-tiny-image', arguments: {} });
        const picture = image.content.find((block) => block.type === 'image');
        assert.equal(picture.mimeType, 'image/png');
        assert.equal(Buffer.from(picture.data, 'base64').subarray(1, 4).toString(), 'PNG');

        const annotated = await client.callTool({ name: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } });
        assert.deepEqual(annotated.content[0].annotations, { priority: 1, audience: ['user', 'assistant'] });

        const links = await client.callTool({ name: 'get-resource-links', arguments: { count: 5 } });
        assert.equal(links.content.filter((block) => block.type === 'resource_link').length, 5);
      }],
    ] : []),
  ];
}

function promptChecks({ peer, profile }) {
  return [
    ['prompts/list', async () => {
      const { prompts } = await (await peer()).client.listPrompts();
      assert.ok(prompts.some((prompt) => prompt.name === profile.prompt.name));
    }],

    ['prompts/get: arguments', async () => {
      const { name, arguments: args, text } = profile.prompt;
      const result = await (await peer()).client.getPrompt({ name, arguments: args });
      assert.equal(result.messages[0].content.text, text);
    }],

    ['prompts/get: an embedded resource', async () => {
      const result = await (await peer()).client.getPrompt(profile.embeddedPrompt);
      assert.ok(result.messages.some((message) => message.content.type === 'resource'));
    }],

    ['completion/complete: a prompt argument', async () => {
      const { ref, argument, values } = profile.promptCompletion;
      const { completion } = await (await peer()).client.complete({ ref, argument });
      assert.ok(Array.isArray(completion.values));
      if (values) {
        assert.deepEqual(completion.values, values);
      }
    }],

    ...(profile.contextCompletion ? [['completion/complete: the context of earlier arguments', async () => {
      const { values, ...params } = profile.contextCompletion;
      const { completion } = await (await peer()).client.complete(params);
      assert.deepEqual(completion.values, values);
    }]] : []),
  ];
}

function resourceChecks({ peer, profile }) {
  return [
    ['resources/list: every page, each resource once', async () => {
      const { request } = await peer();
      const uris = [];
      let cursor;
      let pages = 0;
      do {
        const page = await request('resources/list', cursor === undefined ? {} : { cursor });
        assert.notEqual(page.nextCursor ?? null, cursor ?? '', 'the cursor does not move');
        uris.push(...page.resources.map((resource) => resource.uri));
        cursor = page.nextCursor;
        pages++;
      } while (cursor !== undefined && pages < 50);

      assert.equal(new Set(uris).size, uris.length, 'a resource came twice');
      assert.ok(pages >= (profile.pages ?? 1), `${pages} pages`);
      return { pages, resources: uris.length };
    }],

    ['resources/templates/list', async () => {
      const { resourceTemplates } = await (await peer()).client.listResourceTemplates();
      assert.ok(resourceTemplates.length >= profile.templates);
    }],

    ['resources/read: text', async () => {
      const { uri, text } = profile.textResource;
      const { contents } = await (await peer()).client.readResource({ uri });
      assert.equal(contents[0].uri, uri);
      assert.ok(contents[0].text.startsWith(text));
    }],

    ['resources/read: binary', async () => {
      const { uri, text } = profile.blobResource;
      const { contents } = await (await peer()).client.readResource({ uri });
      assert.ok(Buffer.from(contents[0].blob, 'base64').toString('latin1').startsWith(text));
    }],
  ];
}

function payloadChecks({ peer, profile }) {
  const texts = profile.carriesLoneSurrogates ? [...AWKWARD_TEXTS, 'lone \ud83d surrogate \udc00'] : AWKWARD_TEXTS;
  return [
    ['payload: every character comes back as it was sent', async () => {
      const { client } = await peer();
      for (const text of texts) {
        const result = await client.callTool(profile.echo(text));
        assert.equal(profile.echoOf(result), text);
      }
    }],

    ['payload: megabytes there and back', async () => {
      const text = 'abcdefghi\u00e9'.repeat(profile.largeEcho / 11);
      const result = await (await peer()).client.callTool(profile.echo(text));
      assert.ok(profile.echoOf(result) === text, `${profile.echoOf(result).length} characters came back`);
    }],

    ...(profile.large ? [['payload: a result of 10 MB', async () => {
      const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_';
      const result = await (await peer()).client.callTool(profile.large(10_000_000));
      assert.ok(result.content[0].text === alphabet.repeat(10_000_000 / alphabet.length), `${result.content[0].text.length} characters`);
    }]] : []),

    ['payload: 200 calls at once, each with its own answer', async () => {
      const { client } = await peer();
      const calls = Array.from({ length: 200 }, (_, i) => client.callTool(profile.echo(`call ${i}`)));
      for (const [i, result] of (await Promise.all(calls)).entries()) {
        assert.equal(profile.echoOf(result), `call ${i}`);
      }
    }],
  ];
}

function errorChecks({ peer, profile }) {
  return [
    ['errors: an unknown method is -32601, as the server says', async () => {
      const error = await (await peer()).request('no/such/method', { some: 'thing' }).then(() => undefined, (e) => e);
      assert.equal(error?.code, -32601);
    }],

    ['errors: an unknown resource keeps the code of the server', async () => {
      const error = await (await peer()).request('resources/read', { uri: profile.unknownResource }).then(() => undefined, (e) => e);
      assert.ok([-32002, -32602].includes(error?.code), `code ${error?.code}`);
      return error.code;
    }],

    ...(profile.tasks ? [['errors: an error with data of its own arrives whole', async () => {
      const params = { name: 'trigger-url-elicitation', arguments: { url: 'https://example.com/a', errorPath: true } };
      const peered = await peer();
      const { tools } = await peered.request('tools/list', {});
      if (!tools.some((tool) => tool.name === params.name)) {
        return 'the server offers no URL elicitation to this client';
      }
      const error = await peered.request('tools/call', params).then(() => undefined, (e) => e);
      assert.equal(error?.code, -32042);
      assert.equal(error.data.elicitations[0].mode, 'url');
    }]] : []),
  ];
}
