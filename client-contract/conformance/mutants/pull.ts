// Mutants of pulls, merges and restores.
import { ContractError } from "../../client/mod.ts";
import { type Broken, onApply, onProgress, onReply } from "./broken.ts";
import { mutants } from "./mutant.ts";

export const PULL_MUTANTS = mutants<Broken>({
  "keeps the first row of a key": [
    ["PUL-1", "PUL-7", "MRG-2", "RST-4"],
    (client) => onApply(client, (state, before) => Object.assign(state.rows, before.rows)),
  ],
  "pulls everything each time": [["PUL-2", "RST-3"], (client) => {
    const { push } = client;
    client.push = (batch, pull) => push.call(client, batch, pull && { cursor: null });
  }],
  "reads the first page alone": [["PUL-3", "RTY-7", "PUL-4", "PUL-5"], (client) => {
    const { pull } = client;
    client.pull = (first, token) =>
      pull.call(client, first && "changes" in first ? { ...first, more: false } : first, token);
  }],
  "moves the cursor before it has the rows": [["PUL-4"], (client) => {
    const { pull } = client.server;
    client.server.pull = async (cursor, o) => {
      // The rows are in memory only: whatever ends this sync loses them.
      if (cursor !== null) client.commit((state) => state.cursor = cursor);
      return await pull(cursor, o);
    };
  }],
  "pulls without naming its batch": [["PUL-5"], (client) => {
    const { pull } = client.http;
    client.http.pull = (cursor, o) => pull(cursor, { ...o, atLeast: null });
  }],
  "goes on from a cursor that is void": [["PUL-6", "RST-3"], (client) => {
    const { pull } = client;
    client.pull = async (first, token) =>
      first && "reset" in first ? true : await pull.call(client, first, token);
  }],
  "does not see that a row was taken back": [["PUL-7"], (client) =>
    onApply(client, (state) => {
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
    onApply(client, (state) => {
      for (const [key, change] of Object.entries(state.rows)) {
        if (change.kind === "attempt" && change.row.device_id !== client.app.deviceId) delete state.rows[key];
      }
    })],
  "lets the last write win": [
    ["MRG-1", "RES-3", "RES-4", "RES-7", "RES-9", "IDY-5", "IDY-7"],
    (client) =>
      onApply(client, (state) => {
        for (const event of state.outbox) event.isPulled = true;
      }),
  ],
  "adds its own events to a row that has them": [
    ["MRG-1", "OUT-10", "RES-8"],
    (client) =>
      onApply(client, (state) => {
        for (const event of state.outbox) event.isPulled = false;
      }),
  ],
  "names no reset": [["MRG-2"], (client) => {
    const { record } = client;
    client.record = (state, type, skill, body) =>
      record.call(client, state, type, skill, { ...body, ..."reset" in body ? { reset: null } : {} });
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
    const { startAnew } = client;
    client.startAnew = (state) => startAnew.call(client, state, "cursor_ahead");
  }],
  "keeps rows that the server has lost": [["RST-4"], (client) =>
    onApply(client, (state, before) => {
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
          if (!(error instanceof ContractError)) throw error;
        }
      }
      return await exchange.call(client);
    };
  }],
  "waits after a refused push alone": [["RTY-7"], (client) =>
    onReply(client, ({ method, response }) => {
      if (method !== "POST") response.headers.delete("retry-after");
      return undefined;
    })],
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
    onProgress(client, (event) => duplicates.has(event.id) ? { ...event, isPulled: false } : event);
  }],
});
