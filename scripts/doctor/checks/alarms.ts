// What alarms() lists, apart from what other checks report.
import { type Check, orOk, warning } from "../check.ts";

/** By the checks `jobs` and `wake-up`. */
const ELSEWHERE = "{job_failing,job_late,worker_silent}";

export const alarms: Check = {
  name: "alarms",
  about: "the alarms",
  needs: ["database"],
  after: ["migrations"],
  async run({ sql }) {
    const rows = await sql<{ name: string; detail: string; reason: string | null }[]>`
      select name, detail, acknowledged_reason as reason from public.alarms() where name <> all (${ELSEWHERE}::text::text[])`;
    return orOk(
      rows.map(({ name, detail, reason }) =>
        warning(
          `${name}: ${detail}.${reason === null ? "" : ` Acknowledged: ${reason}`}`,
          "Do what the alarm's text says.",
        )
      ),
      "alarms() lists nothing else.",
    );
  },
};
