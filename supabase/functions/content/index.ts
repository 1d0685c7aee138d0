// The function `content`: what is published, for every device.
import { fromEnvironment } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { contentHandler } from "./handler.ts";

const { database, authenticate } = fromEnvironment();
Deno.serve(serveFunction("content", authenticate, contentHandler(database)));
