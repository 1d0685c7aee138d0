// How each cell does, and the sum. A cell that is down is shown as such, and hides no other.
import { z } from "zod";
import { refusalOf } from "../content/database.ts";
import { type Cell, type Connections, defaultCell, whyDown } from "./cells.ts";

const Status = z.object({
  here: z.string().nullable(),
  cells: z.array(z.object({ name: z.string(), url: z.string(), is_default: z.boolean() })),
  learners: z.number(),
  leaving: z.number(),
  arriving: z.number(),
  version: z.number(),
  root: z.string().nullable(),
  alarms: z.array(z.object({ name: z.string(), since: z.string().nullable(), detail: z.string() })),
  health: z.array(z.object({ name: z.string(), status: z.string() })),
});
type Status = z.infer<typeof Status>;

/** A cell with its status, or why there is none. */
export interface CellStatus {
  cell: string;
  status: Status | null;
  problem: string | null;
}

/** All cells. */
export interface Statuses {
  cells: CellStatus[];
  /** A move counts once in `leaving` and once in `arriving`. */
  sum: { learners: number; leaving: number; arriving: number; alarms: number; down: number };
  /** Whether all cells that answer have the same newest release, and the list of cells that the command has. */
  isSame: boolean;
  /** The cell in which learners live whom nobody has placed: the default cell. */
  newLearnersIn: string;
}

async function statusOf(cell: Cell, open: Connections): Promise<CellStatus> {
  try {
    const [row] = await open.of(cell)`select ops.cell_status() as answer`;
    return { cell: cell.name, status: Status.parse(row?.["answer"]), problem: null };
  } catch (error) {
    return { cell: cell.name, status: null, problem: refusalOf(error)?.message ?? whyDown(error, cell) };
  }
}

/** Asks all cells at the same time. */
export async function readStatuses(cells: readonly Cell[], open: Connections): Promise<Statuses> {
  const all = await Promise.all(cells.map((cell) => statusOf(cell, open)));
  const up = all.flatMap(({ status }) => (status === null ? [] : [status]));
  const total = (count: (status: Status) => number) => up.reduce((sum, status) => sum + count(status), 0);
  const listed = JSON.stringify(
    cells.map(({ name, url, isDefault }) => ({ name, url, is_default: isDefault })).sort((a, b) =>
      a.name < b.name ? -1 : 1
    ),
  );
  const ordered = (status: Status) =>
    JSON.stringify(status.cells.map(({ name, url, is_default }) => ({ name, url, is_default })));
  return {
    cells: all,
    sum: {
      learners: total(({ learners }) => learners),
      leaving: total(({ leaving }) => leaving),
      arriving: total(({ arriving }) => arriving),
      alarms: total(({ alarms }) => alarms.length),
      down: all.length - up.length,
    },
    isSame: new Set(up.map(({ root, version }) => `${version} ${root}`)).size <= 1 &&
      up.every((status) => ordered(status) === listed),
    newLearnersIn: defaultCell(cells).name,
  };
}

/** The cells' worst figures, in words. */
export function healthOf({ health }: Pick<Status, "health">): string {
  const bad = health.filter(({ status }) => status === "failing" || status === "warning");
  return bad.length === 0 ? "ok" : bad.map(({ name, status }) => `${name} ${status}`).join(", ");
}
