// `npm run support`: find a learner, read what happened, and decide about quarantined events. docs/support.md walks through it.
import { z } from "zod";
import { ListedDevice } from "../../client-contract/contract/devices.ts";
import { TimelineEntry } from "../../client-contract/client/support_look.ts";
import { type Line, main } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { connect, resolveDatabaseUrl } from "../content/database.ts";
import { ask, callFunction, explain, findLearner } from "./ask.ts";
import { COMMAND, readCall } from "./command.ts";
import { render, renderDevices } from "./render.ts";

export { COMMAND };

/** Nothing was found. */
const NOTHING = 2;

export async function run(line: Line<typeof COMMAND.options>) {
  const call = readCall(line);
  const { json, reason = call.command, "db-url": option } = line.values;
  const url = await resolveDatabaseUrl(option, Deno.env.toObject());
  // The audit shows it as what the caller says of themselves: the database only knows the role.
  const sql = connect(url, ["support", Deno.env.get("USER")].filter(Boolean).join(" "));
  using progress = patientProgress();
  progress.step("The database is looking.");
  try {
    if (call.command === "devices" && call.learner) {
      const learner = await findLearner(sql, call.learner.text, reason);
      const devices = z.array(ListedDevice).parse(await callFunction(sql, call.name, { learner, reason }));
      const reports = z.array(TimelineEntry).parse(
        await callFunction(sql, "support_timeline", { learner, reason, with_kinds: "{report}" }),
      );
      console.log(json ? JSON.stringify({ devices, reports }) : renderDevices(devices, reports));
      return devices.length === 0 ? NOTHING : 0;
    }
    const rows = await ask(sql, call, reason);
    console.log(json ? JSON.stringify(rows) : render(call, rows));
    return rows.length === 0 && call.command !== "grants" ? NOTHING : 0;
  } catch (error) {
    throw explain(error, url);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

if (import.meta.main) await main(COMMAND, run);
