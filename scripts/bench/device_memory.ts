// A device that applies a delta in a process of its own, and says on stdout how many bytes of memory that has taken at most.
import { z } from "zod";
import { openDevice } from "../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../client-contract/device/node_sqlite.ts";
import { testToken } from "../testkit/device/server.ts";

const { file, learnerId, url } = z.object({ file: z.string(), learnerId: z.string(), url: z.string() })
  .parse(JSON.parse(Deno.args[0] ?? ""));

/** A figure of Linux about this process, in bytes. Elsewhere the memory that is resident now. */
function memory(name: "VmRSS" | "VmHWM"): number {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss;
  const [, kibibytes] =
    new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Number(kibibytes) * 1024;
}

using device = openDevice({
  storage: openNodeSqlite(file),
  learnerId,
  url,
  getToken: () => testToken(learnerId),
});
// The first sync has nothing to fetch. It loads what every sync needs.
await device.sync();
console.log("ready");
const before = memory("VmRSS");
await Deno.stdin.read(new Uint8Array(1));
const { rows } = await device.sync();
console.log(JSON.stringify({ rows, bytes: memory("VmHWM") - before }));
