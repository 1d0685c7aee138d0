// Mutants of pulls, merges and restores.
import type { Client } from "../../examples/minimal/client.ts";
import { Failure } from "../../examples/minimal/http.ts";
import { readProgress } from "../../examples/minimal/progress.ts";
import { keyOf, type State } from "../../examples/minimal/state.ts";
import { mutants } from "./mutant.ts";

const PULLED = { isReset: false, isPulled: true };

/** Does something else with a page. */
function onPull(client: Client, react: (state: State, before: State) => void): void {
  const { takePull } = client;
  client.takePull = (state, pull) => {
    const before = structuredClone(state);
    const outcome = takePull.call(client, state, pull);
    if (outcome.isPulled) react(state, before);
    return outcome;
  };
}

export const PULL_MUTANTS = mutants<Client>({
  "keeps the first row of a key": [
    ["PUL-1", "PUL-7", "MRG-2", "RST-4"],
    (client) => onPull(client, (state, before) => Object.assign(state.rows, before.rows)),
  ],
  "pulls everything each time": [["PUL-2", "RST-3"], (client) => {
    client.cursor = () => client.state.staged?.next ?? null;
  }],
  "reads the first page alone": [["PUL-3", "RTY-7", "PUL-4", "PUL-5"], (client) => {
    const { takePull } = client;
    client.takePull = (state, pull) =>
      takePull.call(client, state, "reset" in pull ? pull : { ...pull, more: false });
  }],
  "moves the cursor before it has the rows": [["PUL-4", "PUL-3", "PUL-5"], (client) => {
    const { takePull } = client;
    client.takePull = (state, pull) => {
      const outcome = takePull.call(client, state, pull);
      if (state.staged) {
        state.cursor = state.staged.next;
        // The rows are in memory only: whatever ends this sync loses them.
        const { changes } = state.staged;
        state.staged = null;
        for (const change of changes) if (client.state.cursor === null) state.rows[keyOf(change)] = change;
      }
      return outcome;
    };
  }],
  "pulls without naming its batch": [["PUL-5"], (client) => {
    const { send } = client.http;
    client.http.send = (path, init, isRefused) =>
      send.call(client.http, path.replace(/at_least=[^&]*&?/, ""), init, isRefused);
  }],
  "goes on from a cursor that is void": [["PUL-6", "RST-3"], (client) => {
    const { takePull } = client;
    client.takePull = (state, pull) => "reset" in pull ? PULLED : takePull.call(client, state, pull);
  }],
  "does not see that a row was taken back": [["PUL-7"], (client) =>
    onPull(client, (state) => {
      for (const change of Object.values(state.rows)) {
        if (change.kind !== "practice") change.row.voided = false;
      }
    })],
  "keeps rows of its own device alone": [[
    "PUL-8",
    "PUL-1",
    "PUL-3",
    "PUL-4",
    "PUL-5",
    "PUL-6",
    "PUL-7",
    "RST-4",
  ], (client) =>
    onPull(client, (state) => {
      for (const [key, change] of Object.entries(state.rows)) {
        if (change.kind === "attempt" && change.row.device_id !== client.app.deviceId) delete state.rows[key];
      }
    })],
  "lets the last write win": [
    ["MRG-1", "RES-3", "RES-4", "RES-7", "RES-9", "IDY-5", "IDY-7"],
    (client) =>
      onPull(client, (state) => {
        for (const event of state.outbox) event.settled = true;
      }),
  ],
  "adds its own events to a row that has them": [
    ["MRG-1", "OUT-10", "RES-8"],
    (client) =>
      onPull(client, (state) => {
        for (const event of state.outbox) event.settled = false;
      }),
  ],
  "names no reset": [["MRG-2"], (client) => {
    const { record } = client;
    client.record = (state, type, body) =>
      record.call(client, state, type, { ...body, ..."reset" in body ? { reset: null } : {} });
  }],
  "sends nothing again after a restore": [["RST-1", "RST-2", "RST-3"], (client) => {
    client.resendAll = () => {};
  }],
  "sends only delivered events again": [["RST-2"], (client) => {
    const { resendAll } = client;
    client.resendAll = (state) => {
      const kept = state.outbox.filter((event) => event.state === "quarantined");
      state.outbox = state.outbox.filter((event) => event.state !== "quarantined");
      resendAll.call(client, state);
      state.outbox.push(...kept);
    };
  }],
  "sends everything again for an invalid cursor": [["RST-3"], (client) => {
    const { takePull } = client;
    client.takePull = (state, pull) => {
      if ("reset" in pull) client.resendAll(state);
      return takePull.call(client, state, pull);
    };
  }],
  "keeps rows that the server has lost": [["RST-4"], (client) =>
    onPull(client, (state, before) => {
      for (const [key, row] of Object.entries(before.rows)) state.rows[key] ??= row;
    })],
  "takes content of another history for its own": [["RST-5"], (client) => {
    const { updateContent } = client;
    client.updateContent = async (head) => {
      client.commit((state) => {
        if (state.content.version > 0) state.content.history = head.history;
      });
      await updateContent.call(client, head);
    };
  }],
  "starts over for ever": [["RST-6"], (client) => {
    const { exchange } = client;
    client.exchange = async () => {
      for (let n = 0; n < 20; n++) {
        try {
          return await exchange.call(client);
        } catch (error) {
          if (!(error instanceof Error && error.message === "unstable_server")) throw error;
        }
      }
      return await exchange.call(client);
    };
  }],
  "waits after a refused push alone": [["RTY-7"], (client) => {
    const { send } = client.http;
    client.http.send = (path, init, isRefused) =>
      send.call(client.http, path, init, isRefused).catch((error) => {
        const isOther = error instanceof Failure && init.method !== "POST";
        throw isOther ? new Failure(error.code, error.isRetryable) : error;
      });
  }],
  "sends again what the server calls a duplicate": [["RES-1", "OUT-10", "RES-6", "STE-7"], (client) => {
    const { settle } = client;
    client.settle = (event, result) => {
      if (result.status !== "duplicate") settle.call(client, event, result);
    };
  }],
  "counts a duplicate once more": [["OUT-10"], (client) => {
    const { settle } = client;
    const duplicates = new Set<string>();
    client.settle = (event, result) => {
      settle.call(client, event, result);
      if (result.status === "duplicate") duplicates.add(event.id);
    };
    client.progress = () => {
      const outbox = client.state.outbox.map((event) =>
        duplicates.has(event.id) ? { ...event, settled: false } : event
      );
      return readProgress({ ...client.state, outbox });
    };
  }],
});
