// The command line and the runner that the client programs share: named checks, each with a deadline, one JSON line a check.
import { parseArgs } from 'node:util';

const CHECK_DEADLINE_MS = 60_000;

/**
 * Reads `--url URL --transport http|sse|stdio [--bridge PATH] [--server NAME] [--capabilities all|none] [--only TEXT]`.
 * With `stdio` the program at PATH is started with the URL, and spoken to over its stdin and stdout.
 */
export function readArguments() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      transport: { type: 'string', default: 'http' },
      bridge: { type: 'string', default: '' },
      server: { type: 'string', default: 'server-everything' },
      capabilities: { type: 'string', default: 'all' },
      only: { type: 'string', default: '' },
    },
  });

  if (!values.url || !['http', 'sse', values.bridge ? 'stdio' : ''].includes(values.transport) || !['all', 'none'].includes(values.capabilities)) {
    console.error('usage: --url URL --transport http|sse|stdio [--bridge PATH] [--server server-everything|sample] [--capabilities all|none] [--only TEXT]');
    process.exit(2);
  }

  return values;
}

/** Runs the checks in their order, prints `{name, ok, detail}` for each, and says whether all passed. */
export async function runChecks(checks, only) {
  let failed = 0;
  for (const [name, body] of checks.filter(([name]) => name.includes(only))) {
    const outcome = await runCheck(body);
    failed += outcome.ok ? 0 : 1;
    console.log(JSON.stringify({ name, ...outcome }));
  }

  return failed === 0;
}

async function runCheck(body) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no outcome after ${CHECK_DEADLINE_MS} ms`)), CHECK_DEADLINE_MS);
  });

  try {
    const detail = await Promise.race([body(), deadline]);
    return { ok: true, detail: detail ?? '' };
  } catch (error) {
    return { ok: false, detail: describe(error) };
  } finally {
    clearTimeout(timer);
  }
}

function describe(error) {
  const code = error?.code === undefined ? '' : `[${error.code}] `;
  const text = String(error?.stack ?? error);
  return (code + text).slice(0, 2_000);
}
