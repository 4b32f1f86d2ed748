// What the server says on its own: progress, logs, updates, and the requests that it makes of the client.
import assert from 'node:assert/strict';
import { eventually } from './inbox.mjs';

const PROGRESS = 'notifications/progress';
const UPDATED = 'notifications/resources/updated';
const MESSAGE = 'notifications/message';

export function conversationChecks(context) {
  return [
    ...progressChecks(context),
    ...notificationChecks(context),
    ...(context.capabilities === 'none' ? [] : serverRequestChecks(context)),
    ...(context.profile.tasks ? taskChecks(context) : []),
  ];
}

function progressChecks({ peer, profile }) {
  // The tokens are ours: the SDKs forget their own progress callback when the result arrives in the same read.
  const tokens = ['a-token', 7, 'token 🏷'];
  const withToken = (params, progressToken) => ({ ...params, _meta: { progressToken } });

  return [
    ['progress: every step, in order', async () => {
      const { request, inbox } = await peer();
      for (const token of tokens) {
        await request('tools/call', withToken(profile.slow(200, 4), token));
        const seen = await inbox.until(PROGRESS, (p) => p.progressToken === token, 4);
        assert.deepEqual(seen.map((p) => p.progress), [1, 2, 3, 4]);
        assert.ok(seen.every((p) => p.total === 4));
      }
    }],

    ['progress: concurrent calls keep their own', async () => {
      const { request, inbox } = await peer();
      const steps = [3, 5, 8];
      await Promise.all(steps.map((count) => request('tools/call', withToken(profile.slow(200, count), `of ${count}`))));
      for (const count of steps) {
        const seen = await inbox.until(PROGRESS, (p) => p.progressToken === `of ${count}`, count);
        assert.deepEqual(seen.map((p) => p.total), Array(count).fill(count));
      }
    }],

    ['cancellation: the call ends, the session goes on', async () => {
      const { client, request, inbox } = await peer();
      const abort = new AbortController();
      const label = `cancelled at ${Date.now()}`;
      const call = request('tools/call', withToken(profile.slow(20_000, 200, label), label), { signal: abort.signal });
      const refused = assert.rejects(call);
      await inbox.until(PROGRESS, (p) => p.progressToken === label);
      abort.abort('changed my mind');
      await refused;

      const result = await client.callTool(profile.echo('still here'));
      assert.equal(profile.echoOf(result), 'still here');
      if (profile.lastCancelled) {
        await eventually(() => client.callTool(profile.lastCancelled()), (last) => profile.lastCancelledLabel(last) === label);
      }
    }],
  ];
}

function notificationChecks({ peer, open, profile }) {
  const [first, second] = profile.subscribable ?? [];
  return [
    ['subscriptions: updates come for what is subscribed, and only for that', async () => {
      const { client, inbox } = await peer();
      const update = updater(profile, client);
      await client.subscribeResource({ uri: first });
      await client.subscribeResource({ uri: second });
      await update([first, second]);
      await inbox.until(UPDATED, (p) => p.uri === first);
      await inbox.until(UPDATED, (p) => p.uri === second);

      await client.unsubscribeResource({ uri: first });
      const before = inbox.all(UPDATED, (p) => p.uri === first).length;
      const seconds = inbox.all(UPDATED, (p) => p.uri === second).length;
      await update([first, second]);
      await inbox.until(UPDATED, (p) => p.uri === second, seconds + 1);
      assert.equal(inbox.all(UPDATED, (p) => p.uri === first).length, before, 'an update came after unsubscribe');
      await client.unsubscribeResource({ uri: second });
    }],

    ['logging: messages from the level that was set', async () => {
      const { client, inbox } = await peer();
      await client.setLoggingLevel('info');
      const heard = inbox.all(MESSAGE, (p) => p.level === 'info').length;
      await logAtInfo(profile, client);
      await inbox.until(MESSAGE, (p) => p.level === 'info', heard + 1);

      await client.setLoggingLevel('error');
      const infos = inbox.all(MESSAGE, (p) => p.level === 'info').length;
      await logAtInfo(profile, client);
      await client.ping();
      assert.equal(inbox.all(MESSAGE, (p) => p.level === 'info').length, infos, 'an info message came at level error');
      await client.setLoggingLevel('info');
    }],

    ...(profile.changeLists ? [['list_changed: all three arrive', async () => {
      const { client, inbox } = await peer();
      await client.callTool(profile.changeLists());
      for (const list of ['tools', 'prompts', 'resources']) {
        await inbox.until(`notifications/${list}/list_changed`);
      }
    }]] : []),

    ...(profile.tasks ? [['list_changed: a new resource is announced and can be read', async () => {
      const { client, inbox } = await peer();
      const before = inbox.all('notifications/resources/list_changed').length;
      const data = `data:text/plain,${encodeURIComponent('a file')}`;
      const params = { name: 'gzip-file-as-resource', arguments: { name: `file-${Date.now()}.gz`, data, outputType: 'resourceLink' } };
      const link = (await client.callTool(params)).content[0];
      assert.equal(link.type, 'resource_link');
      await inbox.until('notifications/resources/list_changed', () => true, before + 1);
      const { contents } = await client.readResource({ uri: link.uri });
      assert.ok(contents[0].blob.startsWith('H4sI'));
    }]] : []),

    ...(profile.listChangedAfterInitialized ? [['list_changed: what follows initialized is not lost', async () => {
      const peered = await open();
      try {
        // The tools that depend on the client's capabilities are there only after notifications/initialized.
        const { tools } = await eventually(
          () => peered.request('tools/list', {}), ({ tools }) => tools.some((tool) => tool.name === 'simulate-research-query'));
        return tools.length;
      } finally {
        await peered.close();
      }
    }]] : []),
  ];
}

function updater(profile, client) {
  if (profile.touch) {
    return async (uris) => {
      for (const uri of uris) {
        await client.callTool(profile.touch(uri));
      }
    };
  }

  // server-everything sends one update for each subscription when its updates are switched on.
  const toggle = () => client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
  return async () => {
    const { content } = await toggle();
    if (content[0].text.startsWith('Stopped')) {
      await toggle();
    }
  };
}

async function logAtInfo(profile, client) {
  if (profile.logLevels) {
    await client.callTool(profile.logLevels());
    return;
  }

  // server-everything logs each subscription at level info, before it answers.
  await client.subscribeResource({ uri: 'demo://resource/dynamic/text/99' });
  await client.unsubscribeResource({ uri: 'demo://resource/dynamic/text/99' });
}

function serverRequestChecks({ peer, profile, answers, asked, roots }) {
  const lastAsked = (method) => asked.findLast((entry) => entry.method === method)?.params;
  const text = (result) => result.content.map((block) => block.text).join('\n');

  return [
    ['sampling: the server asks, the client answers', async () => {
      const result = await (await peer()).client.callTool(profile.sampling());
      assert.match(text(result), /sampled by the client (🌦|\\uD83C\\uDF26)/);
      assert.ok(lastAsked('sampling/createMessage').maxTokens > 0);
    }],

    ['sampling: the error of the client reaches the server', async () => {
      answers['sampling/createMessage'] = () => {
        throw Object.assign(new Error('the user said no'), { code: -1 });
      };
      try {
        const result = await (await peer()).client.callTool(profile.sampling());
        assert.equal(result.isError, true);
      } finally {
        delete answers['sampling/createMessage'];
      }
    }],

    ['elicitation: accepted, declined and cancelled', async () => {
      const { client } = await peer();
      const form = { name: 'Grace Hopper', username: 'Grace Hopper', email: 'grace@example.com' };
      for (const action of ['accept', 'decline', 'cancel']) {
        answers['elicitation/create'] = () => (action === 'accept' ? { action, content: form } : { action });
        const result = await client.callTool(profile.elicitation());
        assert.match(text(result), new RegExp(action === 'accept' ? 'Grace Hopper' : action));
      }
      delete answers['elicitation/create'];
      assert.equal(lastAsked('elicitation/create').requestedSchema.type, 'object');
    }],

    ['roots: the server asks, the client lists', async () => {
      const result = await (await peer()).client.callTool(profile.roots());
      assert.match(text(result), /file:\/\/\/home\/user\/project/);
      assert.match(text(result), /file:\/\/\/home\/user\/notes/);
    }],

    ['roots: a change is announced and the new list is asked for', async () => {
      const { client } = await peer();
      roots.push({ uri: 'file:///home/user/later', name: 'Later' });
      await client.sendRootsListChanged();
      await eventually(async () => text(await client.callTool(profile.roots())), (list) => list.includes('file:///home/user/later'));
    }],

    ['server requests: ten at once, each call with its own answer', async () => {
      const { client } = await peer();
      let turn = 0;
      answers['sampling/createMessage'] = async () => ({
        role: 'assistant', model: `model-${turn++}`, content: { type: 'text', text: 'one of many' },
      });
      try {
        const results = await Promise.all(Array.from({ length: 10 }, () => client.callTool(profile.sampling())));
        assert.ok(results.every((result) => text(result).includes('one of many')));
        assert.equal(turn, 10);
      } finally {
        delete answers['sampling/createMessage'];
      }
    }],
  ];
}

function taskChecks({ peer, capabilities }) {
  const taskOf = async (args) => {
    const { request } = await peer();
    const { task } = await request('tools/call', { name: 'simulate-research-query', arguments: args, task: { ttl: 60_000 } });
    return task;
  };

  return [
    ['tasks: a call becomes a task, is polled, and gives its result', async () => {
      const { request } = await peer();
      const { taskId } = await taskOf({ topic: 'proxies' });
      assert.ok((await allTasks(request)).some((task) => task.taskId === taskId));
      await eventually(() => request('tasks/get', { taskId }), (task) => task.status === 'completed');
      const result = await request('tasks/result', { taskId });
      assert.match(result.content[0].text, /Research Report: proxies/);
    }],

    ['tasks: one can be cancelled', async () => {
      const { request } = await peer();
      const { taskId } = await taskOf({ topic: 'nothing' });
      const cancelled = await request('tasks/cancel', { taskId });
      assert.equal(cancelled.status, 'cancelled');
    }],

    ...(capabilities === 'none' ? [] : [['tasks: one that needs input elicits it on the way', async () => {
      const { request } = await peer();
      const { taskId } = await taskOf({ topic: 'python', ambiguous: true });
      const result = await request('tasks/result', { taskId });
      assert.match(result.content[0].text, /Research Report: python/);
    }]]),
  ];
}

// Others may have tasks at the same server: the new one need not be on the first page.
async function allTasks(request) {
  const found = [];
  let cursor;
  do {
    const page = await request('tasks/list', cursor === undefined ? {} : { cursor });
    found.push(...page.tasks);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}
