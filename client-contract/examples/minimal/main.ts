// The minimal client as a program that speaks the adapter protocol: `node main.ts`.
import { join } from "node:path";
import { serveAdapter } from "../../conformance/adapter/serve.ts";
import { minimalAdapter } from "./adapter.ts";
import { fileStore } from "./state.ts";

await serveAdapter(
  minimalAdapter({ fetch: globalThis.fetch, openStore: (folder) => fileStore(join(folder, "client.json")) }),
);
