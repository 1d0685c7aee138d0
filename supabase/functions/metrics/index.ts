// The function `metrics` shows operators' monitoring the health of the service. Devices do not call it.
import { required } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { secretKeysOf } from "../_shared/service_key.ts";
import { startFunction } from "../_shared/start.ts";
import { metricsHandler, scraper } from "./handler.ts";
import { openSource } from "./source.ts";

startFunction("metrics", () => {
  const serve = serveFunction(
    "metrics",
    scraper(secretKeysOf(required("SUPABASE_SECRET_KEYS"))),
    metricsHandler(openSource(required("CARREL_DB_URL"))),
  );
  return async (request) => {
    const response = await serve(request);
    if (response.status === 401) response.headers.set("www-authenticate", 'Basic realm="metrics"');
    return response;
  };
});
