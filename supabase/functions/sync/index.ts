// The function `sync`: a learner's events in, results, news and own changes out.
import { fromEnvironment } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { startFunction } from "../_shared/start.ts";
import { syncHandler } from "./handler.ts";

startFunction("sync", () => {
  const { database, authenticate, prove } = fromEnvironment();
  return serveFunction("sync", authenticate, syncHandler(database, prove));
});
