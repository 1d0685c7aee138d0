// The console's entry: reads config.json, and draws.
import { render } from "preact";
import "./style/base.css";
import "./style/parts.css";
import { createApi } from "./data/api.ts";
import { readConfig } from "./data/config.ts";
import { createSession } from "./data/session.ts";
import { App } from "./shell/app.tsx";

const place = document.getElementById("console");
if (place) {
  try {
    const config = await readConfig();
    const session = createSession(config);
    render(<App session={session} api={createApi(config, session)} />, place);
  } catch (error) {
    render(
      <main class="alone">
        <h1>The console can't start</h1>
        <p role="alert">{error instanceof Error ? error.message : String(error)}</p>
      </main>,
      place,
    );
  }
}
