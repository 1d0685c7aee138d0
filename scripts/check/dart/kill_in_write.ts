// Ends the engine by SIGKILL within a write transaction. A trigger in the engine's own file holds the transaction open after some of its
// writes, so the kill never meets another moment.
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Killed } from "../../../client-contract/conformance/adapter/host.ts";
import type { Play } from "../../../client-contract/conformance/play.ts";

/** The moments of a sync at which the engine can be killed. */
const MOMENTS = {
  /** The results of a batch are written: the last of its events is settled, and nothing is committed. */
  results: `after update of state on outbox
    when new.state = 'delivered' and not exists (select 1 from outbox where state = 'pending')`,
  /** A release is put into effect: three of its rows have replaced older ones, and nothing is committed. */
  release: `after insert on content_row
    when (select count(*) from content_row where version = new.version) = 3`,
} as const;
export type Moment = keyof typeof MOMENTS;

/** More than SQLite keeps in memory: uncommitted pages go into the log, where they show that the transaction has come this far. */
const BALLAST_BYTES = 16 * 1024 * 1024;
/** What the log holds once the ballast is being written, and not before. */
const LOG_BYTES = BALLAST_BYTES / 2;

const ARM = (moment: Moment) => `
  create table ballast (bytes blob not null) strict;
  create view endless as
    with recursive steps(n) as (select 1 union all select n + 1 from steps) select n from steps;
  create trigger hold_transaction ${MOMENTS[moment]} begin
    insert into ballast values (zeroblob(${BALLAST_BYTES}));
    select count(*) from endless;
  end;`;

/** Shortens the log too, which the next write in the test has to fill again. */
const DISARM = `
  drop trigger hold_transaction;
  drop view endless;
  drop table ballast;
  pragma wal_checkpoint(truncate);`;

/** Milliseconds between two looks at the log. */
const PAUSE_MS = 20;

function withFile<T>(file: string, use: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const logSize = (file: string): Promise<number> => stat(`${file}-wal`).then(({ size }) => size, () => 0);

/** What others see of the file: only what was committed. */
const committed = (db: DatabaseSync) =>
  JSON.stringify([
    db.prepare("select event_id, state from outbox order by event_id").all(),
    db.prepare("select content_version from sync_state").all(),
    db.prepare("select kind, id, version from content_row order by kind, id").all(),
    db.prepare("select count(*) from ballast").all(),
  ]);

/**
 * Kills the engine in a sync, in the middle of a write transaction, and starts it again on the file that the kill left behind.
 * Asserts that the transaction was open, that some of its pages stood in the log, and that none of its writes is there afterwards.
 */
export async function killInWrite(
  engine: Play,
  { file, moment, restart }: { file: string; moment: Moment; restart: () => Promise<void> },
): Promise<void> {
  assert.ok(await logSize(file) < LOG_BYTES, "the log is short before the write");
  withFile(file, (db) => db.exec(ARM(moment)));
  let ended: string | undefined;
  const sync = engine.send("sync", {})
    .then(
      ({ result, code }) => `${result} ${code}`,
      (error) => error instanceof Killed ? "killed" : `${error}`,
    )
    .then((how) => ended = how);
  while (await logSize(file) < LOG_BYTES) {
    assert.equal(ended, undefined, `the sync does not end before it writes the ${moment}`);
    await sleep(PAUSE_MS);
  }
  const before = withFile(file, (db) => {
    assert.throws(() => db.exec("begin immediate"), /locked/, "the engine holds the lock of a writer");
    return committed(db);
  });
  await restart();
  assert.equal(await sync, "killed", "the sync ends with the process");
  withFile(file, (db) => {
    assert.equal(committed(db), before, "nothing of the open transaction is kept");
    db.exec(DISARM);
  });
}
