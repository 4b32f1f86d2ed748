// What a client has received on its own initiative of the server, with a way to wait for more.
const WAIT_DEADLINE_MS = 30_000;

export class Inbox {
  #messages = [];
  #waiters = new Set();

  push(method, params) {
    this.#messages.push({ method, params });
    for (const wake of [...this.#waiters]) {
      wake();
    }
  }

  all(method, matches = () => true) {
    return this.#messages.filter((m) => m.method === method && matches(m.params)).map((m) => m.params);
  }

  /** Waits until `count` messages of the method match; the error names what did arrive. */
  async until(method, matches = () => true, count = 1) {
    let wake;
    let timer;
    const arrived = new Promise((resolve, reject) => {
      wake = () => {
        const found = this.all(method, matches);
        if (found.length >= count) {
          resolve(found);
        }
      };
      timer = setTimeout(() => reject(new Error(this.#missing(method, count))), WAIT_DEADLINE_MS);
    });

    this.#waiters.add(wake);
    wake();
    try {
      return await arrived;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(wake);
    }
  }

  #missing(method, count) {
    const seen = this.#messages.map((m) => `${m.method} ${JSON.stringify(m.params)?.slice(0, 120)}`);
    return `waited for ${count} of ${method}; arrived: ${seen.join(' | ').slice(0, 1_500) || 'nothing'}`;
  }
}

/** Asks again until the answer satisfies the predicate, at most `attempts` times, a short pause apart. */
export async function eventually(ask, satisfies, attempts = 200) {
  let answer;
  for (let attempt = 0; attempt < attempts; attempt++) {
    answer = await ask();
    if (satisfies(answer)) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never satisfied; last answer: ${JSON.stringify(answer)?.slice(0, 500)}`);
}
