// Mutants of the outbox, of retries and of results.
import {
  ContractError,
  createRetry,
  NetworkError,
  ProblemError,
  steeredRetry,
  withRetries,
} from "../../client/mod.ts";
import type { State } from "../../examples/minimal/state.ts";
import {
  type Broken,
  onFailure,
  onProgress,
  onPush,
  onRecord,
  onReply,
  onResult,
  withBody,
} from "./broken.ts";
import { edit, mutants } from "./mutant.ts";

const SEVEN_DAYS_MS = 7 * 86_400_000;

/** A policy of retries in place of the steered one. */
function retryBy(
  client: Broken,
  change: (policy: ReturnType<typeof steeredRetry>) => Partial<ReturnType<typeof steeredRetry>>,
  random = Math.random,
): void {
  const { clock } = client.app;
  const policy = () => {
    const steered = steeredRetry(client.state.steering);
    return { ...steered, ...change(steered) };
  };
  client.server = withRetries(client.http, createRetry(clock, random, policy), clock);
}

const drop = (state: State) => state.outbox = [];

export const OUTBOX_MUTANTS = mutants<Broken>({
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
    onPush(client, (header, lines) => [
      header,
      lines.map((line) =>
        line.replace(/"id":"(.{24})(..)"/, (text, head: string, tail: string) => {
          const attempt = (sent.get(head + tail) ?? 0) + 1;
          sent.set(head + tail, attempt);
          return attempt === 1 ? text : `"id":"${head}${10 + attempt}"`;
        })
      ),
    ]);
  }],
  "stamps the time of an event anew with each attempt": [
    ["OUT-1", "OUT-2", "RTY-1", "RTY-4", "STE-7", "IDY-5"],
    (client) =>
      onPush(client, (header, lines) => {
        const occurred_at = new Date(client.app.clock.now()).toISOString().replace(/\dZ/, "9Z");
        return [header, lines.map((line) => edit(line, (event) => ({ ...event, occurred_at })))];
      }),
  ],
  "drops events that waited for a week": [["OUT-2"], (client) =>
    onFailure(client, (state) => {
      const before = client.app.clock.now() - SEVEN_DAYS_MS;
      state.outbox = state.outbox.filter(({ line }) => Date.parse(JSON.parse(line).occurred_at) >= before);
    })],
  "sends the newest events first": [["OUT-3", "OUT-8", "RES-4"], (client) => {
    const due = client.due.bind(client);
    client.due = () => due().reverse();
  }],
  "makes ids by the clock alone": [["OUT-3"], (client) => {
    const newId = client.newId.bind(client);
    client.newId = (state) => {
      state.lastId = null;
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
    client.newId = (state) => state.lastId = newId(state).slice(0, 13) + "0000000000000";
  }],
  "makes a new batch_id for each attempt": [
    ["OUT-6", "IDY-1"],
    (client) =>
      onPush(client, (header, lines) => [
        { ...header, batch_id: client.newId(structuredClone(client.state)) },
        lines,
      ]),
  ],
  "uses one batch_id for ever": [
    ["OUT-6"],
    (client) =>
      onPush(client, (header, lines) => [{ ...header, batch_id: "01KB8Q9T3V0000000000000001" }, lines]),
  ],
  "says that it holds no content": [
    ["OUT-7"],
    (client) => onPush(client, (header, lines) => [{ ...header, content_version: 0 }, lines]),
  ],
  "says the time of the first attempt": [["OUT-7"], (client) => {
    const first = new Map<string, string>();
    onPush(client, (header, lines) => {
      const sent_at = first.get(header.batch_id) ?? header.sent_at;
      first.set(header.batch_id, sent_at);
      return [{ ...header, sent_at }, lines];
    });
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
        const before = client.app.clock.now() - SEVEN_DAYS_MS / 7;
        state.outbox = state.outbox.filter((event) => !event.isPulled || event.deliveredAt >= before);
      });
    };
  }],
  "takes a lost answer for a final one": [["RTY-1", "OUT-6", "RTY-3", "RST-1"], (client) => {
    const { sync } = client.http;
    client.http.sync = (...batch) =>
      sync(...batch).catch((error) => {
        throw error instanceof NetworkError ? new ContractError(error.message) : error;
      });
  }],
  "ignores Retry-After": [["RTY-2", "RTY-7", "STE-2"], (client) =>
    onReply(client, (replied) => {
      replied.response.headers.delete("retry-after");
      return undefined;
    })],
  "waits for a fixed time": [
    ["RTY-3"],
    (client) => retryBy(client, () => ({ baseMs: 100, capMs: 100 }), () => 1),
  ],
  "waits for ten minutes after each failure": [
    ["RTY-3", "STE-2"],
    (client) => retryBy(client, () => ({ baseMs: 600_000, capMs: 600_000, patienceMs: Infinity })),
  ],
  "never gives up": [["RTY-4"], (client) => retryBy(client, ({ attempts }) => ({ attempts: attempts * 5 }))],
  "repeats what was refused": [
    ["RTY-5", "CON-7", "STE-6", "IDY-1", "RST-7"],
    (client) =>
      onReply(client, (replied) => {
        const { body, response: { status } } = replied;
        if (status < 400) return undefined;
        // A page of a gateway has no word on it: the status decides.
        if (!body.includes('"retryable"')) return new Response(body, { status: 503 });
        return withBody(replied, body.replace('"retryable":false', '"retryable":true'));
      }),
  ],
  "drops events that were refused": [["RTY-5"], (client) =>
    onFailure(client, (state, error) => {
      if (error instanceof ProblemError && error.code === "malformed_batch") drop(state);
    })],
  "fetches a delta once": [["RTY-6", "RTY-7", "CON-4", "IDY-1"], (client) => {
    client.server.delta = (query) => client.http.delta(query);
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
  "takes an answer with another number of results": [["RES-6"], (client) => {
    let expected = 0;
    onPush(client, (header, lines) => {
      expected = lines.length;
      return [header, lines];
    });
    onReply(client, (replied) => {
      if (!replied.body.includes('"results":[')) return undefined;
      const answer = JSON.parse(replied.body);
      const { results } = answer.batch;
      while (results.length < expected) results.push({ status: "retry" });
      results.length = expected;
      return withBody(replied, JSON.stringify(answer));
    });
  }],
  "sends again at once what the server wants later": [["RES-7"], (client) => {
    const { exchange } = client;
    let again = 0;
    client.exchange = async () => {
      let head = await exchange.call(client);
      while (client.due().length > 0 && again++ < 3) head = await exchange.call(client);
      return head;
    };
  }],
  "counts quarantined events": [
    ["RES-8"],
    (client) =>
      onProgress(
        client,
        (event) => event.state === "quarantined" ? { ...event, state: "pending", isPulled: false } : event,
      ),
  ],
  "drops the events of another learner": [["RES-9"], (client) =>
    onResult(client, "retry", (event, code) => {
      if (code === "wrong_learner") event.state = "delivered";
    })],
});
