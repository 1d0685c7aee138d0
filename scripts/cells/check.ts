// Compares the maps of all cells, as after a restore: a cell that was put back to before a move knows nothing of it.
import { z } from "zod";
import { UserError } from "../command/command.ts";
import { type Cell, type Connections, defaultCell, inEach, type Missed } from "./cells.ts";

const Row = z.object({ id: z.string(), cell: z.string(), state: z.enum(["settled", "leaving", "arriving"]) });

/** A learner about whom the maps disagree. */
export interface Disagreement {
  learner: string;
  /** The cell of which the default cell's map says that the learner lives there. */
  mapped: string;
  /** The cells that take the learner's events. None: nobody does. */
  takenBy: string[];
}

/**
 * Learners whom two cells or no cell would take. Those who are moving or erased are left out. The maps of cells that are down are missing, and so are
 * disagreements about their learners. Nothing can be compared without the default cell's map.
 */
export async function checkMaps(
  cells: readonly Cell[],
  open: Connections,
): Promise<{ found: Disagreement[]; missed: Missed[] }> {
  const home = defaultCell(cells);
  const moving = new Set<string>();
  const { done, missed } = await inEach(cells, async (cell) => {
    const map = new Map<string, string>();
    const rows = open.of(cell)`
      select l.user_id as id, l.cell, l.state from ops.learner_cell l
      where not exists (select from ops.erasure e where e.user_id = l.user_id)`;
    await rows.cursor(10_000, (page) => {
      for (const row of page) {
        const { id, cell, state } = Row.parse(row);
        map.set(id, cell);
        if (state !== "settled") moving.add(id);
      }
    });
    return map;
  });
  const down = new Set(missed.map(({ cell }) => cell));
  const problem = missed.find(({ cell }) => cell === home.name)?.problem;
  if (problem !== undefined) throw new UserError(problem);
  const up = done.map(({ cell }) => cell);
  const maps = new Map(done.map(({ cell, value }) => [cell.name, value]));
  const cellIn = (name: string, learner: string) => maps.get(name)?.get(learner) ?? home.name;
  const learners = new Set([...maps.values()].flatMap((map) => [...map.keys()]));
  const found: Disagreement[] = [];
  for (const learner of learners) {
    if (moving.has(learner)) continue;
    const mapped = cellIn(home.name, learner);
    const takenBy = up.filter(({ name }) => cellIn(name, learner) === name).map(({ name }) => name);
    // A cell that is down takes its learners once it answers.
    const expected = down.has(mapped) ? [] : [mapped];
    if (takenBy.join(" ") !== expected.join(" ")) found.push({ learner, mapped, takenBy });
  }
  return { found: await withoutErased(up, open, found), missed };
}

/** An erasure deletes the row of the map, and may have reached one cell alone. */
async function withoutErased(
  cells: readonly Cell[],
  open: Connections,
  found: Disagreement[],
): Promise<Disagreement[]> {
  const erased = new Set<string>();
  const ids = JSON.stringify(found.map(({ learner }) => learner));
  for (const cell of cells) {
    const rows = await open.of(cell)`
      select e.user_id as id from ops.erasure e where e.user_id in (select x.id::uuid from jsonb_array_elements_text(${ids}::text::jsonb) x (id))`;
    for (const row of rows) erased.add(z.string().parse(row["id"]));
  }
  return found.filter(({ learner }) => !erased.has(learner));
}
