// Alarms in words.
import type { Alarm } from "../../client-contract/client/operator.ts";
import { countText, inWords } from "../parts/format.ts";

/** How many there are: `3 alarms, 1 acknowledged.` */
export function alarmsText(alarms: readonly Alarm[]): string {
  if (alarms.length === 0) return "There is no alarm.";
  const acknowledged = alarms.filter(({ acknowledged_at }) => acknowledged_at !== null).length;
  return `${countText(alarms.length, "alarm")}${acknowledged > 0 ? `, ${acknowledged} acknowledged` : ""}.`;
}

/** What the alarm is called: `job late: webhooks`. */
export const alarmTitle = ({ name, subject }: Alarm): string =>
  subject === "" ? inWords(name) : `${inWords(name)}: ${subject}`;
