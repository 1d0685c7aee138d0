// What is done for a learner in more than one cell: placing and erasing them, and the list of cells itself.
import { z } from "zod";
import { type Cell, type Connections, defaultCell } from "./cells.ts";

const Id = z.object({ id: z.string() });

/**
 * Writes the list of cells into each. The accounts of all cells are in the default cell's Auth. A cell that is a copy of another one gets a
 * history of its own, or a cursor of the one would be taken for the other's.
 */
export async function configure(cells: readonly Cell[], open: Connections): Promise<void> {
  const histories = new Set<string>();
  for (const cell of cells) {
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
  for (const cell of cells) {
    await open.of(cell)`select ops.configure_cells(${cell.name}, ${list}::text::jsonb, ${!cell.isDefault})`;
  }
}

/** Lets a learner without rows live in a cell. The cell first: the default cell sends nobody to one that would send them back. */
export async function place(
  cells: readonly Cell[],
  open: Connections,
  learner: string,
  to: Cell,
): Promise<void> {
  await open.of(to)`select ops.place_learner(${learner}::uuid, ${to.name})`;
  const directory = defaultCell(cells);
  if (directory.name !== to.name) {
    await open.of(directory)`select ops.place_learner(${learner}::uuid, ${to.name})`;
  }
}

/** Whether an erasure is complete in each cell; what is not, pg_cron continues. */
export type Erased = Record<string, "erased" | "going on">;

/** Erases a learner in all cells: where they lived before, the audit trail may still name them. */
export async function erase(cells: readonly Cell[], open: Connections, learner: string): Promise<Erased> {
  const erased: Erased = {};
  for (const cell of cells) {
    const [row] = await open.of(cell)`select ops.erase_learner(${learner}::uuid) is not null as done`;
    erased[cell.name] = row?.["done"] === true ? "erased" : "going on";
  }
  return erased;
}

/**
 * Erases in all cells whoever was erased in one: an account is deleted in the default cell's Auth alone. Returns the learners for whom there was
 * something to do.
 */
export async function spreadErasures(cells: readonly Cell[], open: Connections): Promise<string[]> {
  const known = new Map<string, Set<string>>();
  for (const cell of cells) {
    const rows = await open.of(cell)`select e.user_id as id from ops.erasure e`;
    known.set(cell.name, new Set(rows.map((row) => Id.parse(row).id)));
  }
  const all = new Set([...known.values()].flatMap((ids) => [...ids]));
  const missed = [...all].filter((id) => cells.some(({ name }) => known.get(name)?.has(id) === false));
  for (const id of missed) {
    for (const cell of cells) {
      // Who was adopted goes with the account.
      if (known.get(cell.name)?.has(id) === false) {
        await open.of(cell)`select ops.erase_learner(${id}::uuid)
          where not exists (select from learner.adoption a where a.user_id = ${id}::uuid)`;
      }
    }
  }
  return missed;
}
