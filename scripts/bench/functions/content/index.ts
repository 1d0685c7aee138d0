// The product's function, beside its baselines: unchanged, or under a meter that keeps its readings in METER_FOLDER.
const folder = Deno.env.get("METER_FOLDER");
if (folder) (await import("../../meter.ts")).serveMetered(folder);
else await import("../../../../supabase/functions/content/index.ts");
