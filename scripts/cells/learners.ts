// What is done for a learner in more than one cell: placing and erasing them, and the list of cells itself.
import { z } from "zod";
import { UserError } from "../command/command.ts";
import { type Cell, type Connections, defaultCell, inEach, type Missed } from "./cells.ts";
import { findCell } from "./move.ts";

const Id = z.object({ id: z.string() });

/** Refuses two names for one database, which would take itself for a copy. Returns the cells that answer. */
async function differentDatabases(cells: readonly Cell[], open: Connections) {
  const names = new Map<string, string>();
  return await inEach(cells, async ({ name, ...cell }) => {
    // A copy starts at another time, whatever else it shares.
    const [row] = await open.of({ name, ...cell })`
      select concat_ws(' ', s.system_identifier, pg_postmaster_start_time(), current_database()) as id from pg_control_system() s`;
    const { id } = Id.parse({ id: row?.["id"] });
    const other = names.get(id);
    if (other !== undefined) {
      throw new UserError(`Cells ${other} and ${name} have the same database. Nothing was written.`);
    }
    names.set(id, name);
  });
}

/**
 * Writes the list of cells into each. The accounts of all cells are in the default cell's Auth. A cell that is a copy of another one gets a
 * history of its own, or a cursor of the one would be taken for the other's. Returns the cells that are down: they get the list by the next run.
 */
export async function configure(cells: readonly Cell[], open: Connections): Promise<Missed[]> {
  const { done, missed } = await differentDatabases(cells, open);
  const histories = new Set<string>();
  for (const { cell } of done) {
    const sql = open.of(cell);
    const [row] = await sql`select private.history() as id`;
    let { id } = Id.parse({ id: row?.["id"] });
    if (histories.has(id)) {
      const [other] = await sql`select ops.rotate_history() as id`;
      ({ id } = Id.parse({ id: other?.["id"] }));
    }
    histories.add(id);
  }
  const list = JSON.stringify(
    cells.map(({ name, url, isDefault }) => ({ name, url, is_default: isDefault })),
  );
  for (const { cell } of done) {
    await open.of(cell)`select ops.configure_cells(${cell.name}, ${list}::text::jsonb, ${!cell.isDefault})`;
  }
  return missed;
}

/**
 * Lets a learner without rows live in a cell. The cell of before comes first: it refuses if it has rows, and from then on takes none. The default
 * cell comes last, so that it sends nobody to a cell that would send them back.
 */
export async function place(
  cells: readonly Cell[],
  open: Connections,
  learner: string,
  to: Cell,
): Promise<void> {
  const directory = defaultCell(cells);
  const before = await findCell(cells, open, learner);
  const [row] = await open.of(
    directory,
  )`select private.move_digest(${learner}::uuid) - 'learner.state' <> '{}' as has_rows`;
  if (row?.["has_rows"] === true && to.name !== directory.name) {
    throw new UserError(`${directory.name} has rows of the learner: \`move\` takes them along.`);
  }
  const places = [...[before].filter(({ name }) => name !== directory.name && name !== to.name), to];
  if (directory.name !== to.name) places.push(directory);
  for (const cell of places) await open.of(cell)`select ops.place_learner(${learner}::uuid, ${to.name})`;
}

/** Whether an erasure is complete in each cell; what is not, pg_cron continues. */
export type Erased = Record<string, "erased" | "going on">;

/** Erases a learner in all cells: where they lived before, the audit trail may still name them. */
export async function erase(
  cells: readonly Cell[],
  open: Connections,
  learner: string,
): Promise<{ erased: Erased; missed: Missed[] }> {
  const { done, missed } = await inEach(cells, async (cell) => {
    const [row] = await open.of(cell)`select ops.erase_learner(${learner}::uuid) is not null as done`;
    return row?.["done"] === true ? "erased" : "going on";
  });
  return { erased: Object.fromEntries(done.map(({ cell, value }) => [cell.name, value])), missed };
}

/**
 * Erases in all cells whoever was erased in one: an account is deleted in the default cell's Auth alone. Returns the learners for whom there was
 * something to do, and the cells that are down: the next run erases there.
 */
export async function spreadErasures(
  cells: readonly Cell[],
  open: Connections,
): Promise<{ learners: string[]; missed: Missed[] }> {
  const { done, missed } = await inEach(cells, async (cell) => {
    const rows = await open.of(cell)`select e.user_id as id from ops.erasure e`;
    return new Set(rows.map((row) => Id.parse(row).id));
  });
  const all = new Set(done.flatMap(({ value }) => [...value]));
  const learners = [...all].filter((id) => done.some(({ value }) => !value.has(id)));
  for (const id of learners) {
    for (const { cell, value } of done) {
      // Who was adopted goes with the account.
      if (!value.has(id)) {
        await open.of(cell)`select ops.erase_learner(${id}::uuid)
          where not exists (select from learner.adoption a where a.user_id = ${id}::uuid)`;
      }
    }
  }
  return { learners, missed };
}
