// The worker of the test page, as an app has it.
import load from "@sqlite.org/sqlite-wasm";
import { serveDevice } from "../../../../client-contract/web/worker.ts";

serveDevice(load);
