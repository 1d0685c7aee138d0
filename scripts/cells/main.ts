// `npm run cells`: a service of several cells. docs/scaling.md walks through it.
import { main } from "../command/command.ts";
import { tableLines } from "../command/table.ts";
import { explainDatabaseError, refusalOf } from "../content/database.ts";
import { type Cell, cellNamed, type Connections, connections, type Missed, readCells } from "./cells.ts";
import { checkMaps, type Disagreement } from "./check.ts";
import { checkMedia, type MediaFault } from "./check_media.ts";
import { type CellsLine, COMMAND, readTask, type Task } from "./command.ts";
import { configure, erase, place, spreadErasures } from "./learners.ts";
import { cancelMove, findCell, moveLearner } from "./move.ts";
import { type Followed, publishToAll } from "./publish.ts";
import { healthOf, readStatuses, type Statuses } from "./status.ts";

export { COMMAND };

/** A cell is down, lacks a release or differs. */
const INCOMPLETE = 2;
/** The most media files of a cell that are named. */
const MOST_FILES = 10;
/** A file that the default cell lacks can't be copied from there. */
const MEND_FILES = "Copy these media files from the default cell. Upload those that the default cell lacks.";

/** What a command prints, and its exit code. */
interface Outcome {
  answer: unknown;
  lines: string[];
  code?: number;
}

function statusLines({ cells, sum, isSame, newLearnersIn }: Statuses): string[] {
  const rows = cells.map(({ cell, status, problem }) =>
    status
      ? [
        cell,
        String(status.learners),
        String(status.leaving),
        String(status.arriving),
        String(status.version),
        (status.root ?? "-").slice(0, 12),
        String(status.alarms.length),
        healthOf(status),
      ]
      : [cell, "-", "-", "-", "-", "-", "-", `down: ${problem}`]
  );
  const sums = [
    "all",
    String(sum.learners),
    String(sum.leaving),
    String(sum.arriving),
    "",
    "",
    String(sum.alarms),
    `${sum.down} down`,
  ];
  return [
    ...tableLines(["cell", "learners", "leaving", "arriving", "version", "root", "alarms", "health"], [
      ...rows,
      sums,
    ]),
    `New learners live in ${newLearnersIn}, unless they are placed.`,
    ...cells.flatMap(({ cell, status }) =>
      status?.alarms.map(({ name, detail }) => `${cell}: ${name}: ${detail}`) ?? []
    ),
    ...(isSame ? [] : ["The cells differ in their content or their lists: `follow`, then `configure`."]),
  ];
}

const checkLine = ({ learner, mapped, takenBy }: Disagreement) =>
  `${learner}: mapped to ${mapped}, taken by ${takenBy.length > 0 ? takenBy.join(" and ") : "no cell"}`;

/** The first faults of each cell, and how many there are. */
function mediaLines(media: readonly MediaFault[]): string[] {
  return [...Map.groupBy(media, ({ cell }) => cell)].flatMap(([cell, faults]) => [
    ...faults.slice(0, MOST_FILES).map(({ file, problem }) => `${cell}: media file ${file}: ${problem}`),
    `${cell}: media files that are missing or differ: ${faults.length}`,
  ]);
}

const followLine = ({ cell, version, published, problem }: Followed) =>
  `${cell}: ${
    problem ?? (published.length > 0 ? `published ${published.join(", ")}` : `has version ${version} already`)
  }`;

/** What a command did in all cells that answer. The others are named, and the same command does the rest. */
function afterAll(
  did: string,
  answer: Record<string, unknown>,
  lines: string[],
  cells: readonly Cell[],
  missed: readonly Missed[],
): Outcome {
  const isDown = new Set(missed.map(({ cell }) => cell));
  const names = cells.flatMap(({ name }) => isDown.has(name) ? [] : [name]);
  const down = missed.map(({ cell, problem }) => `${cell} is down: ${problem}`);
  const rest = `Not reached: ${[...isDown].join(", ")}. Run the same command again when all cells answer.`;
  return {
    answer: { cells: names, missed, ...answer },
    lines: [
      ...lines,
      `${did}: ${names.join(", ") || "no cell"}.`,
      ...down,
      ...(isDown.size > 0 ? [rest] : []),
    ],
    code: isDown.size > 0 ? INCOMPLETE : 0,
  };
}

async function work(
  task: Task,
  values: CellsLine["values"],
  cells: Cell[],
  open: Connections,
): Promise<Outcome> {
  switch (task.command) {
    case "configure":
      return afterAll("Configured these cells", {}, [], cells, await configure(cells, open));
    case "status": {
      const statuses = await readStatuses(cells, open);
      const isFine = statuses.sum.down === 0 && statuses.isSame;
      return { answer: statuses, lines: statusLines(statuses), code: isFine ? 0 : INCOMPLETE };
    }
    case "check": {
      const { found, missed } = await checkMaps(cells, open);
      const media = await checkMedia(cells, open);
      const lines = [
        ...(found.length > 0 ? found.map(checkLine) : ["Each learner is taken by one cell."]),
        ...(media.length > 0
          ? [...mediaLines(media), MEND_FILES]
          : ["Each cell has the media files of the default cell."]),
      ];
      const did = "Compared the maps and the media files of these cells";
      const outcome = afterAll(did, { found, media }, lines, cells, missed);
      return found.length + media.length > 0 ? { ...outcome, code: INCOMPLETE } : outcome;
    }
    case "publish":
    case "follow": {
      const o = { publish: task.command === "publish", note: values.note ?? null, force: values.force };
      const followed = await publishToAll(cells, open, o);
      const isWhole = followed.every(({ problem }) => problem === null);
      return { answer: followed, lines: followed.map(followLine), code: isWhole ? 0 : INCOMPLETE };
    }
    case "erasures": {
      const { learners, missed } = await spreadErasures(cells, open);
      const lines = [`Learners erased in cells that had not erased them: ${learners.length}.`];
      return afterAll("Compared the erasures of these cells", { learners }, lines, cells, missed);
    }
    case "find": {
      const { name, url } = await findCell(cells, open, task.learner);
      return { answer: { cell: name, url }, lines: [`${name} (${url})`] };
    }
    case "erase": {
      const { erased, missed } = await erase(cells, open, task.learner);
      const lines = Object.entries(erased).map(([name, state]) => `${name}: ${state}`);
      return afterAll("Asked these cells to erase the learner", { erased }, lines, cells, missed);
    }
    case "place": {
      const to = cellNamed(cells, task.to);
      await place(cells, open, task.learner, to);
      return { answer: { cell: to.name }, lines: [`${task.learner} lives in ${to.name}.`] };
    }
    case "move": {
      const moved = await moveLearner(cells, open, task.learner, cellNamed(cells, task.to));
      const rows = Object.values(moved.rows ?? {}).reduce((sum, count) => sum + count, 0);
      const line = moved.rows === null
        ? `${task.learner} lives in ${moved.to} already.`
        : `${task.learner} has moved from ${moved.from} to ${moved.to}. Rows: ${rows}.`;
      return { answer: moved, lines: [line] };
    }
    case "cancel": {
      const { name } = await cancelMove(cells, open, task.learner, cellNamed(cells, task.to));
      return { answer: { cell: name }, lines: [`${task.learner} stays in ${name}.`] };
    }
  }
}

/** The cell whose database did not answer; by default the first one. */
function cellOf(error: unknown, cells: readonly Cell[]): Cell | undefined {
  const port = error instanceof Error && "port" in error ? String(error.port) : "";
  const host = error instanceof Error && "address" in error ? String(error.address) : "";
  return cells.find(({ db }) => {
    const url = new URL(db);
    return url.hostname === host && (url.port || "5432") === port;
  }) ?? cells[0];
}

export async function run(line: CellsLine): Promise<number> {
  const task = readTask(line);
  const cells = readCells(Deno.env.get("CARREL_CELLS"));
  await using open = connections();
  try {
    const { answer, lines, code = 0 } = await work(task, line.values, cells, open);
    console.log(line.values.json ? JSON.stringify(answer) : lines.join("\n"));
    return code;
  } catch (error) {
    throw refusalOf(error) ?? explainDatabaseError(error, cellOf(error, cells)?.db ?? "", "list");
  }
}

if (import.meta.main) await main(COMMAND, run);
