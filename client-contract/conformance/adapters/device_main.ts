// The reference device as a program that speaks the adapter protocol.
import { join } from "node:path";
import { openNodeSqlite } from "../../device/node_sqlite.ts";
import { serveAdapter } from "../adapter/serve.ts";
import { deviceAdapter } from "./device.ts";

await serveAdapter(
  deviceAdapter({
    fetch: globalThis.fetch,
    openStorage: (folder) => openNodeSqlite(join(folder, "device.sqlite")),
  }),
);
