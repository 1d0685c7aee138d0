// The function `sync`: a learner's events in, results, news and own changes out.
import { fromEnvironment } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { syncHandler } from "./handler.ts";

const { database, authenticate, prove } = fromEnvironment();
Deno.serve(serveFunction("sync", authenticate, syncHandler(database, prove)));
