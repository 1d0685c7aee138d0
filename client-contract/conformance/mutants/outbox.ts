// Mutants of the outbox, of retries and of results.
import type { Client } from "../../examples/minimal/client.ts";
import { Failure } from "../../examples/minimal/http.ts";
import { readProgress } from "../../examples/minimal/progress.ts";
import type { Kept, State } from "../../examples/minimal/state.ts";
import { edit, mutants } from "./mutant.ts";

const SEVEN_DAYS_MS = 7 * 86_400_000;

/** Changes the body of each push on its way. */
function onPush(client: Client, change: (body: string, attempt: number) => string): void {
  const send = client.http.send.bind(client.http);
  let attempt = 0;
  client.http.send = (path, init, isRefused) =>
    send(
      path,
      typeof init.body === "string" ? { ...init, body: change(init.body, ++attempt) } : init,
      isRefused,
    );
}

const withHeader = (
  body: string,
  change: (header: Record<string, unknown>) => Record<string, unknown>,
): string => {
  const [header = "", ...lines] = body.split("\n");
  return [edit(header, change), ...lines].join("\n");
};

/** Changes each event when it is recorded. */
function onRecord(client: Client, change: (event: Kept, state: State) => void): void {
  const record = client.record.bind(client);
  client.record = (state, type, body) => {
    const id = record(state, type, body);
    const event = state.outbox.at(-1);
    if (event) change(event, state);
    return event?.id ?? id;
  };
}

/** Does something with the state after a failed sync. */
function onFailure(client: Client, react: (state: State, failure: Failure) => void): void {
  const sync = client.sync.bind(client);
  client.sync = async () => {
    try {
      await sync();
    } catch (error) {
      if (error instanceof Failure) client.commit((state) => react(state, error));
      throw error;
    }
  };
}

/** Does something else with a result. */
function onResult(
  client: Client,
  status: string,
  react: (event: Kept, code: string | undefined) => void,
): void {
  const settle = client.settle.bind(client);
  client.settle = (event, result) => {
    settle(event, result);
    if (result.status === status) react(event, result.code);
  };
}

const drop = (state: State) => state.outbox = [];

export const OUTBOX_MUTANTS = mutants<Client>({
  "makes a new id for each attempt": [[
    "OUT-1",
    "OUT-2",
    "RTY-1",
    "RTY-2",
    "RTY-4",
    "RES-3",
    "STE-2",
    "STE-3",
    "STE-6",
    "IDY-1",
    "IDY-2",
    "IDY-4",
    "IDY-5",
    "IDY-7",
    "RST-1",
    "RST-2",
    "RST-3",
  ], (client) => {
    const sent = new Map<string, number>();
    onPush(client, (body) =>
      body.replaceAll(/"id":"(.{24})(..)"/g, (text, head: string, tail: string) => {
        const attempt = (sent.get(head + tail) ?? 0) + 1;
        sent.set(head + tail, attempt);
        return attempt === 1 ? text : `"id":"${head}${10 + attempt}"`;
      }));
  }],
  "stamps the time of an event anew with each attempt": [
    ["OUT-1", "OUT-2", "RTY-1", "RTY-4", "IDY-5"],
    (client) =>
      onPush(client, (body) =>
        body.replaceAll(
          /"occurred_at":"[^"]+"/g,
          `"occurred_at":"${new Date(client.app.now()).toISOString().replace(/\dZ/, "9Z")}"`,
        )),
  ],
  "drops events that waited for a week": [["OUT-2"], (client) =>
    onFailure(client, (state) => {
      const before = client.app.now() - SEVEN_DAYS_MS;
      state.outbox = state.outbox.filter(({ line }) => Date.parse(JSON.parse(line).occurred_at) >= before);
    })],
  "sends the newest events first": [["OUT-3", "OUT-8", "RES-4"], (client) => {
    const due = client.due.bind(client);
    client.due = () => due().reverse();
  }],
  "makes ids by the clock alone": [["OUT-3"], (client) => {
    const newId = client.newId.bind(client);
    client.newId = (state) => {
      state.lastIdTime = 0;
      return newId(state);
    };
  }],
  "names a device that it is not": [
    ["OUT-4"],
    (client) =>
      onRecord(client, (event) =>
        event.line = edit(
          event.line,
          (line) => ({ ...line, device_id: "00000000-0000-4000-8000-000000000000" }),
        )),
  ],
  "says that the learner lives in Greenwich": [
    ["OUT-4"],
    (client) =>
      onRecord(
        client,
        (event) => event.line = edit(event.line, (line) => ({ ...line, utc_offset_minutes: 0 })),
      ),
  ],
  "adds one to the last id": [["OUT-5"], (client) => {
    const newId = client.newId.bind(client);
    client.newId = (state) => newId(state).slice(0, 10) + "0000000000000000";
  }],
  "makes a new batch_id for each attempt": [
    ["OUT-6", "IDY-1"],
    (client) =>
      onPush(
        client,
        (body) =>
          withHeader(
            body,
            (header) => ({ ...header, batch_id: client.newId(structuredClone(client.state)) }),
          ),
      ),
  ],
  "uses one batch_id for ever": [
    ["OUT-6"],
    (client) =>
      onPush(
        client,
        (body) => withHeader(body, (header) => ({ ...header, batch_id: "01KB8Q9T3V0000000000000001" })),
      ),
  ],
  "says that it holds no content": [
    ["OUT-7"],
    (client) => onPush(client, (body) => withHeader(body, (header) => ({ ...header, content_version: 0 }))),
  ],
  "says the time of the first attempt": [["OUT-7"], (client) => {
    const push = client.push.bind(client);
    const { now } = client.app;
    client.push = async (batch, cursor) => {
      const at = new Date(now()).toISOString();
      const { send } = client.http;
      client.http.send = (path, init, isRefused) =>
        send.call(
          client.http,
          path,
          typeof init.body === "string"
            ? { ...init, body: withHeader(init.body, (header) => ({ ...header, sent_at: at })) }
            : init,
          isRefused,
        );
      try {
        return await push(batch, cursor);
      } finally {
        client.http.send = send;
      }
    };
  }],
  "sends everything that it keeps with each sync": [["OUT-8", "RST-3"], (client) => {
    const sync = client.sync.bind(client);
    client.sync = () => {
      client.commit((state) => {
        for (const event of state.outbox) if (event.state === "delivered") event.state = "pending";
      });
      return sync();
    };
  }],
  "keeps delivered events for a day": [["OUT-9", "IDY-7"], (client) => {
    const sync = client.sync.bind(client);
    client.sync = async () => {
      await sync();
      client.commit((state) => {
        const before = client.app.now() - SEVEN_DAYS_MS / 7;
        state.outbox = state.outbox.filter((event) => !event.settled || event.deliveredAt >= before);
      });
    };
  }],
  "takes a lost answer for a final one": [["RTY-1", "OUT-6", "RTY-3", "RST-1"], (client) => {
    const push = client.push.bind(client);
    client.push = async (batch, cursor) => {
      const { send } = client.http;
      client.http.send = (path, init, isRefused) =>
        send.call(client.http, path, init, isRefused).catch((error) => {
          throw error instanceof Failure && error.code === "network" ? new Failure("network") : error;
        });
      try {
        return await push(batch, cursor);
      } finally {
        client.http.send = send;
      }
    };
  }],
  "ignores Retry-After": [["RTY-2", "RTY-7", "STE-2"], (client) => {
    const { backoff } = client.http;
    client.http.backoff = (failures, failure, steering) =>
      backoff(failures, new Failure(failure.code, failure.isRetryable), steering);
  }],
  "waits for a fixed time": [["RTY-3"], (client) => {
    client.http.backoff = (_, { retryAfter }) => Math.max(retryAfter * 1000, 100);
  }],
  "waits for ten minutes after each failure": [["RTY-3", "STE-2"], (client) => {
    const { backoff } = client.http;
    client.http.backoff = (failures, failure, steering) =>
      Math.min(59_000, backoff(failures, failure, steering) * 20 + 2000);
  }],
  "never gives up": [["RTY-4"], (client) => {
    const { retrying } = client.http;
    client.http.retrying = async (steering, work) => {
      for (let n = 0; n < 4; n++) {
        try {
          return await retrying.call(client.http, steering, work) as never;
        } catch (error) {
          if (!(error instanceof Failure && error.isRetryable) || error.retryAfter > 60) throw error;
        }
      }
      return await retrying.call(client.http, steering, work) as never;
    };
  }],
  "repeats what was refused": [["RTY-5", "CON-7", "STE-6", "IDY-1", "RST-7"], (client) => {
    const { failureOf } = client.http;
    client.http.failureOf = (response, body) => {
      const failure = failureOf.call(client.http, response, body);
      return new Failure(failure.code, true, failure.retryAfter);
    };
  }],
  "drops events that were refused": [["RTY-5"], (client) =>
    onFailure(client, (state, { code }) => {
      if (code === "malformed_batch") drop(state);
    })],
  "fetches a delta once": [["RTY-6", "RTY-7", "CON-4", "IDY-1"], (client) => {
    const { page } = client;
    const { retrying } = client.http;
    client.page = async (query) => {
      client.http.retrying = (_, work) => work(false);
      try {
        return await page(query);
      } finally {
        client.http.retrying = retrying;
      }
    };
  }],
  "drops events that were quarantined": [
    ["RES-2", "RES-4", "RES-5"],
    (client) =>
      onResult(client, "quarantined", (event) => Object.assign(event, { state: "delivered", code: null })),
  ],
  "sends quarantined events again": [
    ["RES-2", "RES-4", "RES-5", "RES-8"],
    (client) => onResult(client, "quarantined", (event) => event.state = "pending"),
  ],
  "takes a later try for a delivery": [
    ["RES-3", "RES-4", "RES-7", "RES-9", "MRG-1", "IDY-5", "IDY-7"],
    (client) => onResult(client, "retry", (event) => event.state = "delivered"),
  ],
  "ignores retry_after_s": [["RES-3"], (client) => onResult(client, "retry", (event) => event.retryAt = 0)],
  "settles a batch as a whole": [["RES-4", "RES-5"], (client) => {
    const { take } = client;
    client.take = (batch, answer) => {
      const bad = answer.batch.results.find(({ status }) => status === "quarantined");
      const results = answer.batch.results.map((result) => bad ? { ...bad, id: result.id } : result);
      return take.call(client, batch, { ...answer, batch: { ...answer.batch, results } });
    };
  }],
  "finds results by their ids": [["RES-5"], (client) => {
    const { take } = client;
    client.take = (batch, answer) => {
      const results = batch.map(({ id }) =>
        answer.batch.results.find((result) => result.id === id) ?? { status: "retry" as const }
      );
      return take.call(client, batch, { ...answer, batch: { ...answer.batch, results } });
    };
  }],
  "takes an answer with another number of results": [["RES-6", "OUT-1", "STE-7"], (client) => {
    const { readAnswer } = client;
    client.readAnswer = (text) => readAnswer.call(client, text, JSON.parse(text).batch.results.length);
  }],
  "sends again at once what the server wants later": [["RES-7"], (client) => {
    const { take } = client;
    let again = 0;
    client.take = (batch, answer) => {
      const outcome = take.call(client, batch, answer);
      const isStuck = batch.length > 0 && answer.batch.results.every(({ status }) => status === "retry");
      return isStuck && again++ < 3 ? { ...outcome, isReset: true } : outcome;
    };
  }],
  "counts quarantined events": [["RES-8"], (client) => {
    client.progress = () => {
      const outbox = client.state.outbox.map((event) =>
        event.state === "quarantined" ? { ...event, state: "pending" as const, settled: false } : event
      );
      return readProgress({ ...client.state, outbox });
    };
  }],
  "drops the events of another learner": [["RES-9"], (client) =>
    onResult(client, "retry", (event, code) => {
      if (code === "wrong_learner") event.state = "delivered";
    })],
});
