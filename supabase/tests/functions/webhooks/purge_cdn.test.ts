// The example of docs/webhooks.md as its readers would run it: a process of its own between the dispatcher and a CDN.
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { PROJECT_FOLDER } from "../../../../scripts/start/project.ts";
import { startWebhookBench } from "./bench.ts";
import { startReceiver } from "./receiver.ts";

const EXAMPLE = "docs/examples/purge_cdn.ts";

/** The example, listening on a free port; disposing of it kills it. */
async function startExample(env: Record<string, string>): Promise<AsyncDisposable & { url: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["serve", "--allow-env", "--allow-net", "--host", "127.0.0.1", "--port", "0", EXAMPLE],
    cwd: PROJECT_FOLDER,
    env: { ...env, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream());
  const listening = Promise.withResolvers<string>();
  const read = (async () => {
    let said = "";
    for await (const text of lines) {
      said += text;
      const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
      if (url) listening.resolve(url);
    }
    listening.reject(new Error(`the example ended: ${said}`));
  })();
  const url = await listening.promise;
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([child.status, read]);
    },
  };
}

Deno.test("S2: the worked example purges a path of a CDN once for each release", async () => {
  await using bench = await startWebhookBench();
  const purged: unknown[] = [];
  let isUp = false;
  await using cdn = startReceiver((_, { body }) => {
    if (!isUp) return new Response("busy", { status: 503 });
    purged.push(JSON.parse(body));
    return new Response(null, { status: 200 });
  });
  const env = { CDN_PURGE_URL: cdn.url };
  await using stranger = await startExample({
    ...env,
    CARREL_WEBHOOK_SECRET: `whsec_${btoa("another's secret".repeat(2))}`,
  });
  const { id: endpoint, secret } = await bench.endpoint(stranger.url);
  await bench.publish();
  const attempt = async () => {
    await bench.timePasses();
    const report = await bench.dispatch();
    const [delivery] = await bench.log();
    const [last] = delivery?.log ?? [];
    return { ...report, status: last?.status, answer: last?.answer };
  };
  const failed = { delivered: 0, failed: 1, dead: 0 };
  assert.deepEqual(await attempt(), { ...failed, status: 401, answer: "bad signature" });
  assert.deepEqual(cdn.arrivals, []);

  await using example = await startExample({ ...env, CARREL_WEBHOOK_SECRET: secret });
  await bench.sql`update ops.webhook_endpoint set url = ${example.url} where id = ${endpoint}`;
  assert.deepEqual(await attempt(), { ...failed, status: 500, answer: "Internal Server Error" });
  isUp = true;
  assert.deepEqual(await attempt(), { delivered: 1, failed: 0, dead: 0, status: 204, answer: null });
  assert.deepEqual(purged, [{ paths: ["/functions/v1/content/head"] }]);

  // The same message once more, as after a dispatcher that was killed before it could report.
  const id = (await bench.log())[0]?.message_id ?? "";
  const again = new Date();
  const repeated = await fetch(example.url, {
    method: "POST",
    body: "{}",
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(again.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, again, "{}"),
    },
  });
  assert.equal(repeated.status, 204);
  assert.equal(purged.length, 1);
});

Deno.test("S2: docs/webhooks.md shows the worked example unchanged", async () => {
  const read = (path: string) => Deno.readTextFile(`${PROJECT_FOLDER}/${path}`);
  const shown = `\`\`\`ts\n${await read(EXAMPLE)}\`\`\``;
  assert.ok((await read("docs/webhooks.md")).includes(shown), `paste ${EXAMPLE} into docs/webhooks.md`);
});
