// What the content costs a device that holds a whole curriculum. The baseline is the time that it takes to await WebCrypto for each row, one after
// the other, which every one of these did at least once before.
import { z } from "zod";
import { TextLineStream } from "@std/streams/text-line-stream";
import type { Device } from "../../client-contract/device/device.ts";
import { openLab } from "../testkit/device/devices.ts";
import { deviceContent } from "./device_content.ts";
import { ceiling, type Result, runPair } from "./measure.ts";

/** Edited questions of a delta. */
const EDITS = 100;
const MIB = 2 ** 20;
const Measured = z.object({ rows: z.int(), bytes: z.number() });

/** Milliseconds that the work takes. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Runs the measurements; each run is one verify, repair, delta or first sync. */
export async function benchDevice(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  progress("a server publishes 50,160 questions");
  const content = await deviceContent();
  const { handle, server } = content;
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let opened = 0;
  const open = () => lab.open(++opened, { learnerId, handle });
  const lines = [...server.linesOf(1).values()].map((line) => new TextEncoder().encode(line));
  const baseline = () =>
    timed(async () => {
      for (const line of lines) await crypto.subtle.digest("SHA-256", line);
    });
  const measured = (name: string, limit: number, measure: () => Promise<number>) =>
    runPair({ name, unit: "ms", runs, more: false, budget: null, limit, measure, baseline }, progress);
  const holds = async (device: Device) => {
    if (!(await device.verify()).ok) throw new Error("the cache is not what was published");
  };

  // Every request is made once before the device that is measured makes it.
  using pilot = open();
  await pilot.sync();
  using device = open();
  await device.sync();
  const name = (what: string) => `${what}, ${lines.length} rows held`;
  const results = [
    await measured(name("first sync by pages"), 4000, async () => {
      using fresh = open();
      return await timed(() => fresh.sync());
    }),
    await measured(name("verify"), 500, () => timed(() => holds(device))),
    await measured(name("repair of one row after verify"), 300, async () => {
      device.db.run(
        `update content_row set body = json_set(body, '$.prompt', 'damaged')
         where rowid = (select min(rowid) from content_row where kind = 'question')`,
      );
      await device.verify();
      return await timed(async () => {
        const { repairs: [repair] } = await device.repair();
        if (repair?.nodes.length !== 1) throw new Error("not one node was repaired");
      });
    }),
    await measured(name(`delta of ${EDITS} edits`), 300, async () => {
      await content.edit(EDITS);
      await pilot.sync();
      return await timed(() => device.sync());
    }),
  ];
  await holds(device);

  await using listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handle);
  const o = {
    file: `${lab.folder}/2.sqlite`,
    learnerId,
    url: `http://127.0.0.1:${listener.addr.port}`,
  };
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("device_memory.ts", import.meta.url).pathname,
      JSON.stringify(o),
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const said = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  await said.read();
  await content.edit(EDITS);
  await pilot.sync();
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(1));
  await writer.close();
  const { rows, bytes } = Measured.parse(JSON.parse((await said.read()).value ?? ""));
  if (rows === 0) throw new Error("the child applied no delta");
  results.push(ceiling(name(`memory that a delta of ${EDITS} edits takes`), "MiB", bytes / MIB, 40));
  return results;
}
