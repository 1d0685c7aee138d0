// The minimal client as a program that speaks the adapter protocol. Its state is one JSON
// file, which is replaced as a whole.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveAdapter } from "../../conformance/adapter/serve.ts";
import { minimalAdapter } from "./adapter.ts";
import { EMPTY, type Store } from "./state.ts";

function fileStore(path: string): Store {
  return {
    load() {
      try {
        return JSON.parse(readFileSync(path, "utf8"));
      } catch {
        return EMPTY;
      }
    },
    save(state) {
      writeFileSync(`${path}.new`, JSON.stringify(state), { flush: true });
      renameSync(`${path}.new`, path);
    },
  };
}

await serveAdapter(
  minimalAdapter({ fetch: globalThis.fetch, openStore: (folder) => fileStore(join(folder, "client.json")) }),
);
