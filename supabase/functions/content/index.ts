// The function `content`: what is published, for every device.
import { fromEnvironment } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { startFunction } from "../_shared/start.ts";
import { contentHandler } from "./handler.ts";

startFunction("content", () => {
  const { database, authenticate } = fromEnvironment();
  return serveFunction("content", authenticate, contentHandler(database));
});
