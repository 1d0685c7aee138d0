// Reads the health of a database: the rows of sync_health, and the sums of each hour.
import { z } from "zod";
import { connect, explainDatabaseError } from "../content/database.ts";

const Figure = z.object({
  name: z.string(),
  status: z.enum(["ok", "warning", "failing", "unknown"]),
  value: z.number().nullable(),
  target: z.number(),
  failing: z.number(),
  unit: z.enum(["share", "seconds", "count"]),
  direction: z.enum(["at_least", "at_most"]),
  samples: z.number().nullable(),
  /** The beginning of the period, as RFC 3339. */
  since: z.string(),
  meaning: z.string(),
});
/** A row of sync_health. */
export type Figure = z.infer<typeof Figure>;

const Hour = z.object({
  /** The beginning of the hour, as RFC 3339. */
  hour: z.string(),
  events: z.number(),
  /** Of the answers that were not given offline: their number and the sum of their seconds. */
  answers: z.number(),
  delay_s: z.number(),
  made: z.number(),
  held: z.number(),
});
/** The sums of an hour. */
export type Hour = z.infer<typeof Hour>;

const Health = z.object({ figures: z.array(Figure), hours: z.array(Hour) });
/** What `npm run health -- --json` prints. */
export type Health = z.infer<typeof Health>;

/** Reads the health; `hours` is how many of the last hours. Throws `UserError` where the database refuses or does not answer. */
export async function readHealth(url: string, hours: number): Promise<Health> {
  const sql = connect(url, "health");
  try {
    const [row] = await sql<{ health: unknown }[]>`
      select json_build_object(
        'figures', (select json_agg(f) from public.sync_health f),
        'hours', (
          select coalesce(json_agg(h order by h.hour), '[]') from (
            select s.hour, coalesce(sum(s.amount) filter (where s.metric = 'events'), 0) as events,
              coalesce(sum(s.amount) filter (where s.metric = 'answer_delay'), 0)
                - coalesce(sum(s.amount) filter (where s.metric = 'answer_delay_offline'), 0) as answers,
              (coalesce(sum(s.amount) filter (where s.metric = 'answer_delay_ms'), 0)
                - coalesce(sum(s.amount) filter (where s.metric = 'answer_delay_offline_ms'), 0)) / 1000 as delay_s,
              coalesce(sum(s.amount) filter (where s.metric = 'outbox_events' and s.label = 'made'), 0) as made,
              coalesce(sum(s.amount) filter (where s.metric = 'outbox_events' and s.label = 'held'), 0) as held
            from ops.health_hour s
            where s.hour > now() - make_interval(hours => ${hours}::integer)
            group by s.hour
          ) h)) as health`;
    return Health.parse(row?.health);
  } catch (error) {
    throw explainDatabaseError(error, url, "health");
  } finally {
    await sql.end({ timeout: 5 });
  }
}
