// Mutants of content, steering and identity.
import {
  createRetry,
  type DeltaPage,
  type HeldContent,
  steeredRetry,
  withRetries,
} from "../../client/mod.ts";
import type { State } from "../../examples/minimal/state.ts";
import { type Broken, onCode, onDelta, onReply, withBody } from "./broken.ts";
import { edit, mutants } from "./mutant.ts";

const empty = (state: State) => state.content = { history: null, version: 0, rows: {} };

function applyPage(rows: Record<string, string>, { changes }: DeltaPage): void {
  for (const { row, line } of changes) {
    if (row.kind === "tombstone") delete rows[`${row.of}/${row.id}`];
    else rows[`${row.kind}/${row.id}`] = line;
  }
}

/** Rows that were downloaded, thrown past whoever would compare their hashes. */
class Unchecked extends Error {
  constructor(readonly content: HeldContent) {
    super("the rows are taken as they are");
  }
}

/** Takes whatever rows come, instead of the published ones alone. `change` is made to each page before. */
function takeUnchecked(
  client: Broken,
  change: (page: DeltaPage, since: number) => DeltaPage = (page) => page,
): void {
  const { delta } = client.server;
  client.server.delta = async function* (query = {}) {
    const content: HeldContent = { history: null, version: 0, rows: {} };
    let since = query.since ?? 0;
    if (since > 0) Object.assign(content.rows, client.state.content.rows);
    for await (const one of delta(query)) {
      const page = change(one, since);
      yield page;
      if (page.page.since < since) [content.rows, since] = [{}, 0];
      applyPage(content.rows, page);
      Object.assign(content, { history: page.page.history, version: page.page.until });
    }
    throw new Unchecked(content);
  };
  const { updateContent } = client;
  client.updateContent = async (head) => {
    try {
      await updateContent.call(client, head);
    } catch (error) {
      if (!(error instanceof Unchecked)) throw error;
      client.commit((state) => state.content = error.content);
    }
  };
}

export const CONTENT_MUTANTS = mutants<Broken>({
  "writes the JSON of rows anew": [["CON-1"], (client) => {
    const anew = (line: string) =>
      edit(line, (row) => row).replaceAll("<", "\\u003c").replaceAll("ß", "\\u00df");
    const { updateContent } = client;
    client.updateContent = async (head) => {
      await updateContent.call(client, head);
      client.commit(({ content }) => {
        for (const [key, line] of Object.entries(content.rows)) content.rows[key] = anew(line);
      });
    };
  }],
  "fetches the snapshot each time": [
    ["CON-2"],
    (client) => onDelta(client, { query: (query) => ({ ...query, since: 0 }) }),
  ],
  "does not delete rows": [["CON-2", "CON-8"], (client) =>
    takeUnchecked(client, (page) => {
      const changes = page.changes.filter(({ row }) => row.kind !== "tombstone");
      return { ...page, changes };
    })],
  "applies each page by itself": [["CON-3", "CON-8"], (client) =>
    onDelta(client, {
      page: (page) => {
        client.commit((state) => applyPage(state.content.rows, page));
        return page;
      },
    })],
  "takes a page that was cut off": [["CON-4"], (client) =>
    onReply(client, (replied) => {
      const lines = replied.body.split("\n").filter((line) => line.endsWith("}"));
      if (
        !lines[0]?.startsWith('{"kind":"page"') || lines.at(-1)?.startsWith('{"kind":"end"')
      ) return undefined;
      const end = JSON.stringify({ kind: "end", rows: lines.length - 1, next: null });
      return withBody(replied, [...lines, end, ""].join("\n"));
    })],
  "numbers pages by itself": [["CON-5", "CON-3", "CON-7"], (client) => {
    const { fetch } = client.net;
    let n = 0;
    client.net.fetch = (input, init) =>
      fetch(String(input).replace(/after=\d+/, () => `after=${++n * 2}`), init);
  }],
  "merges a snapshot into what it holds": [
    ["CON-6", "CON-8"],
    (client) => takeUnchecked(client, (page, since) => ({ ...page, page: { ...page.page, since } })),
  ],
  "deletes its copy before it has the new one": [["CON-7"], (client) => {
    for (const code of ["history_changed", "cursor_ahead", "cursor_too_old"]) onCode(client, code, empty);
  }],
  "gives up where it should start over": [["CON-7"], (client) =>
    onReply(client, (replied) => {
      const isStale = /"code":"(history_changed|cursor_)/.test(replied.body);
      return isStale
        ? withBody(replied, edit(replied.body, (problem) => ({ ...problem, code: "stale" })))
        : undefined;
    })],
  "does not compare hashes": [["CON-8"], (client) => takeUnchecked(client)],
  "asks for content with each sync": [["CON-9", "CON-5", "CON-7"], (client) => {
    const { updateContent } = client;
    client.updateContent = async (head) => {
      await updateContent.call(client, head);
      const { history, version } = client.state.content;
      const pages = client.server.delta({ since: version, history: history ?? undefined });
      if (version > 0) { for await (const _ of pages); }
    };
  }],
  "does not name its content schema": [["CON-10"], (client) => {
    const { fetch } = client.net;
    client.net.fetch = (input, init) => fetch(String(input).replace("schema=2", "v=1"), init);
  }],
  "deletes its copy when it is too old to read the new one": [
    ["CON-11"],
    (client) => onCode(client, "upgrade_required", empty),
  ],
  "does not tell that content is required": [["CON-12"], (client) => {
    const { take } = client;
    client.take = (batch, answer) =>
      take.call(client, batch, { ...answer, head: { ...answer.head, minimum_version: 0 } });
  }],
  "sends batches of the size it likes": [["STE-1"], (client) => {
    const { take } = client;
    client.take = (batch, answer) =>
      take.call(client, batch, { ...answer, steering: { ...answer.steering, batch_events: 500 } });
  }],
  "waits for hours within a sync": [["STE-2"], (client) => {
    const { clock } = client.app;
    const policy = () => ({ ...steeredRetry(client.state.steering), patienceMs: Infinity });
    client.server = withRetries(client.http, createRetry(clock, Math.random, policy), clock);
  }],
  "deletes what it has when it is revoked": [
    ["STE-3", "RTY-5"],
    (client) =>
      onCode(client, "device_revoked", (state) => {
        state.outbox = [];
        empty(state);
      }),
  ],
  "stays revoked": [["STE-3"], (client) => {
    const { take } = client;
    client.take = (batch, answer) => {
      const { isRevoked } = client.state;
      const outcome = take.call(client, batch, answer);
      client.commit((state) => state.isRevoked = isRevoked);
      return outcome;
    };
  }],
  "refuses fields that it does not know": [
    ["STE-4", "RES-2"],
    (client) =>
      onReply(client, (replied) => replied.body.includes("tomorrow") ? withBody(replied, "{}") : undefined),
  ],
  "does not tell that an update is required": [["STE-5"], (client) => {
    const { take } = client;
    client.take = (batch, answer) =>
      take.call(client, batch, { ...answer, steering: { ...answer.steering, upgrade: null } });
  }],
  "repeats only what Carrel calls retryable": [["STE-6", "RTY-6"], (client) =>
    onReply(client, (replied) => {
      const isForeign = !replied.response.ok && !replied.body.includes('"retryable"');
      return isForeign ? new Response(replied.body, { status: 400 }) : undefined;
    })],
  "takes every 200 for a success": [["STE-7"], (client) =>
    onReply(client, ({ method, response, body }) => {
      if (method === "POST" && response.ok && !body.includes('"results"')) {
        client.commit((state) => state.outbox.forEach((event) => event.state = "delivered"));
      }
      return undefined;
    })],
  "does not ask for a fresh token": [["IDY-1"], (client) => {
    const { getToken } = client.net;
    client.net.getToken = () => getToken({ refused: false });
  }],
  "sends requests without a token": [["IDY-2"], (client) => {
    const { getToken } = client.net;
    client.net.getToken = async (o) =>
      await getToken(o) ?? `e30.${btoa(JSON.stringify({ sub: client.app.learnerId }))}.none`;
  }],
  "does not look whose token it has": [["IDY-3"], (client) => {
    const { getToken } = client.net;
    client.net.getToken = async (o) => {
      const token = await getToken(o);
      if (token) client.app.learnerId = JSON.parse(atob(token.split(".")[1] ?? "")).sub;
      return token;
    };
  }],
  "deletes its events when a session ends": [
    ["IDY-4", "RTY-5"],
    (client) => onCode(client, "session_ended", (state) => state.outbox = []),
  ],
  "does not measure its clock": [["IDY-5"], (client) => {
    const { record } = client;
    client.record = (state, ...event) => {
      const { clock } = state;
      state.clock = null;
      const id = record.call(client, state, ...event);
      state.clock = clock;
      return id;
    };
  }],
  "changes the offset of events that wait": [["IDY-5"], (client) => {
    const { take } = client;
    client.take = (batch, answer) => {
      const outcome = take.call(client, batch, answer);
      client.commit((state) => {
        for (const event of state.outbox) {
          if (event.state !== "pending") continue;
          event.line = edit(event.line, (line) => ({ ...line, answered_at: state.clock?.answered_at }));
        }
      });
      return outcome;
    };
  }],
  "does not send events of the future": [["IDY-6", "OUT-3", "IDY-7"], (client) => {
    const { due } = client;
    client.due = () =>
      due.call(client).filter(({ line }) =>
        Date.parse(JSON.parse(line).occurred_at) <= client.app.clock.now()
      );
  }],
  "waits by a clock that was set back": [["IDY-7"], (client) => {
    client.due = () =>
      client.state.outbox.filter(({ state, retryAt }) =>
        state === "pending" && retryAt <= client.app.clock.now()
      );
  }],
  "is another device after each start": [["IDY-8", "OUT-4", "OUT-7", "STE-3"], (client) => {
    client.app.deviceId = crypto.randomUUID();
  }],
  "asks again although its learner was erased": [
    ["RST-7", "RTY-5"],
    (client) =>
      onReply(client, (replied) => {
        const isErased = replied.body.includes('"code":"erased"');
        return isErased
          ? withBody(replied, replied.body.replace('"retryable":false', '"retryable":true'))
          : undefined;
      }),
  ],
});
