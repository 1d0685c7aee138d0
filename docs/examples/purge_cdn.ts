// Receives Carrel's webhooks, and purges the one CDN path that a release changes. Run it with
// `deno serve --allow-env --allow-net docs/examples/purge_cdn.ts`. The library also works on Node.
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(Deno.env.get("CARREL_WEBHOOK_SECRET") ?? "");
const purgeUrl = Deno.env.get("CDN_PURGE_URL") ?? "";
const seen = new Set<string>(); // use a table if there is more than one process

async function purge(path: string): Promise<void> {
  const response = await fetch(purgeUrl, { method: "POST", body: JSON.stringify({ paths: [path] }) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the CDN answered ${response.status}`);
}

export default {
  async fetch(request: Request): Promise<Response> {
    const body = await request.text();
    try {
      webhook.verify(body, Object.fromEntries(request.headers));
    } catch {
      return new Response("bad signature", { status: 401 });
    }
    const id = request.headers.get("webhook-id") ?? "";
    if (!seen.has(id)) {
      await purge("/functions/v1/content/head"); // a failure becomes a 500, and Carrel sends the message again
      seen.add(id);
    }
    return new Response(null, { status: 204 });
  },
};
