// Mutants of content, steering and identity.
import type { Client } from "../../examples/minimal/client.ts";
import { Failure, readPage } from "../../examples/minimal/http.ts";
import type { State } from "../../examples/minimal/state.ts";
import { edit, mutants } from "./mutant.ts";

/** Does something with the state after a failure of a code, before the sync goes on with it. */
function onCode(client: Client, code: string, react: (state: State) => void): void {
  const { failureOf } = client.http;
  client.http.failureOf = (response, body) => {
    const failure = failureOf.call(client.http, response, body);
    if (failure.code === code) client.commit(react);
    return failure;
  };
}

const empty = (state: State) => state.content = { history: null, version: 0, rows: {} };

export const CONTENT_MUTANTS = mutants<Client>({
  "writes the JSON of rows anew": [["CON-1"], (client) => {
    const { applyLine } = client;
    client.applyLine = (rows, line) =>
      applyLine.call(
        client,
        rows,
        edit(line, (row) => row).replaceAll("<", "\\u003c").replaceAll("ß", "\\u00df"),
      );
  }],
  "fetches the snapshot each time": [["CON-2"], (client) => {
    client.sinceFor = () => 0;
  }],
  "does not delete rows": [["CON-2", "CON-8"], (client) => {
    const { applyLine } = client;
    client.isPublished = () => true;
    client.applyLine = (rows, line) => {
      if (!line.startsWith('{"kind":"tombstone"')) applyLine.call(client, rows, line);
    };
  }],
  "applies each page by itself": [["CON-3", "CON-8"], (client) => {
    const { page } = client;
    client.page = async (query) => {
      const read = await page(query);
      client.commit((state) => {
        for (const line of read.lines) client.applyLine(state.content.rows, line);
      });
      return read;
    };
  }],
  "takes a page that was cut off": [["CON-4"], (client) => {
    client.page = (query) =>
      client.http.retrying(client.state.steering, async (isRefused) => {
        const body = await client.http.send(`content/delta?${query}`, {}, isRefused);
        try {
          return readPage(body);
        } catch (error) {
          const [first = "", ...lines] = body.split("\n").filter((line) => line.endsWith("}"));
          if (!first.startsWith('{"kind":"page"')) throw error;
          const rows = lines.filter((line) => !line.startsWith('{"kind":"end"'));
          return { page: JSON.parse(first), lines: rows, next: null };
        }
      });
  }],
  "numbers pages by itself": [["CON-5", "CON-3", "CON-7"], (client) => {
    const { page } = client;
    let n = 0;
    client.page = (query) => page(query.replace(/after=\d+/, () => `after=${++n * 2}`));
  }],
  "merges a snapshot into what it holds": [["CON-6", "CON-8"], (client) => {
    const { page } = client;
    client.isPublished = () => true;
    client.page = async (query) => {
      const read = await page(query);
      const since = Number(new URLSearchParams(query).get("since"));
      return { ...read, page: { ...read.page, since: since > 0 ? since : read.page.since } };
    };
  }],
  "deletes its copy before it has the new one": [["CON-7"], (client) => {
    for (const code of ["history_changed", "cursor_ahead", "cursor_too_old"]) onCode(client, code, empty);
  }],
  "gives up where it should start over": [["CON-7"], (client) => {
    const { send } = client.http;
    client.http.send = (path, init, isRefused) =>
      send.call(client.http, path, init, isRefused).catch((error) => {
        const isStale = error instanceof Failure && /^(history_changed|cursor_)/.test(error.code);
        throw isStale ? new Failure("stale") : error;
      });
  }],
  "does not compare hashes": [["CON-8"], (client) => {
    client.isPublished = () => true;
  }],
  "asks for content with each sync": [["CON-9", "CON-5", "CON-7"], (client) => {
    const { updateContent } = client;
    client.updateContent = async (head) => {
      await updateContent.call(client, head);
      if (head.version > 0 && head.schema === 2) await client.download(head, client.sinceFor(head));
    };
  }],
  "does not name its content schema": [["CON-10"], (client) => {
    const { send } = client.http;
    client.http.send = (path, init, isRefused) =>
      send.call(client.http, path.replace("schema=2", "v=1"), init, isRefused);
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
    client.batchSize = () => 500;
  }],
  "waits for hours within a sync": [["STE-2"], (client) => {
    const { backoff } = client.http;
    client.http.backoff = (failures, failure, steering) =>
      Math.min(backoff(failures, failure, steering), 59_000);
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
  "refuses fields that it does not know": [["STE-4", "RES-2"], (client) => {
    const { readAnswer } = client;
    client.readAnswer = (text, events) => {
      if (text.includes("tomorrow")) throw new Failure("invalid_answer");
      return readAnswer.call(client, text, events);
    };
  }],
  "does not tell that an update is required": [["STE-5"], (client) => {
    const { take } = client;
    client.take = (batch, answer) =>
      take.call(client, batch, { ...answer, steering: { ...answer.steering, upgrade: null } });
  }],
  "repeats only what Carrel calls retryable": [["STE-6", "RTY-6"], (client) => {
    const { failureOf } = client.http;
    client.http.failureOf = (response, body) => {
      const failure = failureOf.call(client.http, response, body);
      return new Failure(
        failure.code,
        failure.isRetryable && !failure.code.startsWith("status_"),
        failure.retryAfter,
      );
    };
  }],
  "takes every 200 for a success": [["STE-7"], (client) => {
    const { readAnswer } = client;
    client.readAnswer = (text, events) => {
      try {
        return readAnswer.call(client, text, events);
      } catch (error) {
        if (text.includes('"results"')) throw error;
        client.commit((state) => state.outbox.forEach((event) => event.state = "delivered"));
        throw error;
      }
    };
  }],
  "does not ask for a fresh token": [["IDY-1"], (client) => {
    const { getToken } = client.app;
    client.app.getToken = () => getToken(false);
  }],
  "sends requests without a token": [["IDY-2"], (client) => {
    const { getToken } = client.app;
    client.app.getToken = (isRefused) =>
      getToken(isRefused) ?? `e30.${btoa(JSON.stringify({ sub: client.app.learnerId }))}.none`;
  }],
  "does not look whose token it has": [["IDY-3"], (client) => {
    const { getToken } = client.app;
    client.app.getToken = (isRefused) => {
      const token = getToken(isRefused);
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
    client.record = (state, type, body) => {
      const { clock } = state;
      state.clock = null;
      const id = record.call(client, state, type, body);
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
          event.line = edit(event.line, (line) => ({ ...line, answered_at: state.clock?.answeredAt }));
        }
      });
      return outcome;
    };
  }],
  "does not send events of the future": [["IDY-6", "OUT-3", "IDY-7"], (client) => {
    const { due } = client;
    client.due = () =>
      due.call(client).filter(({ line }) => Date.parse(JSON.parse(line).occurred_at) <= client.app.now());
  }],
  "waits by a clock that was set back": [["IDY-7"], (client) => {
    client.due = () =>
      client.state.outbox.filter(({ state, retryAt }) => state === "pending" && retryAt <= client.app.now());
  }],
  "is another device after each start": [["IDY-8", "OUT-4", "OUT-7", "STE-3"], (client) => {
    client.app.deviceId = crypto.randomUUID();
  }],
  "asks again although its learner was erased": [["RST-7", "RTY-5"], (client) => {
    const { failureOf } = client.http;
    client.http.failureOf = (response, body) => {
      const failure = failureOf.call(client.http, response, body);
      return failure.code === "erased" ? new Failure("erased", true) : failure;
    };
  }],
});
