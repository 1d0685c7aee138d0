// Exactly once, between tabs. A tab that has sent a call does not know whether the leader carried it out before it died, so it sends the same
// call to the next leader. The log stores each writing call's reply in the transaction of the call.
import type { DeviceStorage, StorageStatement } from "../device/mod.ts";

/** So many replies are kept. A tab asks again within seconds; a thousand calls take minutes. */
const KEPT = 1000;

const SCHEMA = `create table if not exists web_call (
  place integer primary key,
  id    text not null unique,
  reply text not null
) strict`;

/** The device's transactions within that of a call. */
const NESTED: Readonly<Record<string, string>> = {
  "begin immediate": "savepoint device",
  "commit": "release device",
  "rollback": "rollback to device; release device",
};

/** A log of calls in the device's own database. */
export interface CallLog {
  /** What the device is opened with. */
  readonly storage: DeviceStorage;
  /** Carries out a call in one transaction, or gives the reply of before. The reply is JSON. */
  perform(id: string, work: () => unknown): unknown;
}

/** Wraps a storage. The log's table is made with the first call, because the device's own tables come first. */
export function logCalls(storage: DeviceStorage): CallLog {
  let isInCall = false;
  let statements: Record<"find" | "keep" | "prune", StorageStatement> | undefined;
  function prepared() {
    if (statements) return statements;
    storage.exec(SCHEMA);
    return statements = {
      find: storage.prepare("select reply from web_call where id = ?"),
      keep: storage.prepare("insert into web_call (id, reply) values (?, ?)"),
      prune: storage.prepare("delete from web_call where place <= (select max(place) from web_call) - ?"),
    };
  }

  return {
    storage: {
      ...storage,
      exec: (sql) => storage.exec(isInCall ? NESTED[sql] ?? sql : sql),
    },
    perform(id, work) {
      const { find, keep, prune } = prepared();
      const known = find.get(id);
      if (known !== undefined && known !== null && typeof known === "object" && "reply" in known) {
        return JSON.parse(String(known.reply));
      }
      storage.exec("begin immediate");
      isInCall = true;
      try {
        const reply = work() ?? null;
        keep.run(id, JSON.stringify(reply));
        prune.run(KEPT);
        storage.exec("commit");
        return reply;
      } catch (error) {
        try {
          storage.exec("rollback");
        } catch {
          // A full disk has ended the transaction by itself; its own error says more.
        }
        throw error;
      } finally {
        isInCall = false;
      }
    },
  };
}
