// The worker of the tab that leads. It holds the database.
import load from "@sqlite.org/sqlite-wasm";
import { serveDevice } from "../../web/worker.ts";

serveDevice(load);
