// Mutants of the optional parts: the reference device, whose app, network or database does something wrong.
import type { Adapter, Command } from "../adapter/protocol.ts";
import type { DeviceParts } from "../adapters/device_host.ts";
import { mutants } from "./mutant.ts";

/** Does something else for a command. */
const instead = <N extends Command["do"]>(
  { around }: DeviceParts,
  name: N,
  act: (command: Extract<Command, { do: N }>, next: Adapter) => Promise<Record<string, unknown>>,
) =>
  around((next) => (command) =>
    command.do === name ? act(command as Extract<Command, { do: N }>, next) : next(command)
  );

/** Answers requests of a path itself. */
function onPath(
  { env }: DeviceParts,
  path: RegExp,
  answer: (url: URL, init: RequestInit) => Promise<Response> | undefined,
) {
  const { fetch } = env;
  env.fetch = (input, init) => {
    const url = new URL(String(input));
    return (path.test(url.pathname) ? answer(url, init ?? {}) : undefined) ?? fetch(input, init);
  };
}

const nothing = () => Promise.resolve({});

export const DEVICE_MUTANTS = mutants<DeviceParts>({
  "calls every cache intact": [["VER-1"], (parts) =>
    instead(parts, "verify", async (command, next) => {
      await next(command);
      return { intact: true };
    })],
  "fetches everything instead of the damaged part": [["VER-2", "VER-4"], (parts) => {
    const { fetch } = parts.env;
    onPath(parts, /\/node$/, (url) => fetch(url, {}).then(() => new Response("{}", { status: 404 })));
  }],
  "never looks at its cache by itself": [["VER-3"], (parts) => {
    // The damage is kept back until the app asks for a check: so a client sees it that never reads its rows by itself.
    const damage: Command[] = [];
    parts.around((next) => async (command) => {
      if (command.do === "damage") damage.push(command);
      if (command.do === "damage") return {};
      const isRead = command.do === "verify" || command.do === "dump";
      if (isRead) { for (const one of damage.splice(0)) await next(one); }
      return await next(command);
    });
  }],
  "reports no damage": [
    ["VER-4"],
    (parts) => onPath(parts, /\/report$/, () => Promise.resolve(new Response(null, { status: 204 }))),
  ],
  "shows its token to whoever stores the bundles": [["BUN-1"], (parts) => {
    const { fetch } = parts.env;
    onPath(parts, /^\/files\//, (url, init) => {
      const headers = new Headers(init.headers);
      headers.set("authorization", "Bearer e30.e30.test");
      return fetch(url, { ...init, headers });
    });
  }],
  "waits for bundles that do not come": [["BUN-2", "DOM-1"], (parts) => {
    const { fetch } = parts.env;
    onPath(parts, /\/delta$/, (url, init) => {
      const isSnapshot = url.searchParams.get("since") === "0" && url.searchParams.has("domains");
      return isSnapshot ? Promise.resolve(new Response("{}", { status: 400 })) : fetch(url, init);
    });
  }],
  "holds all domains whatever was chosen": [["DOM-1"], (parts) => instead(parts, "set_domains", nothing)],
  "polls at fixed times": [
    ["HNT-1"],
    (parts) => parts.env.options = { ...parts.env.options, random: () => 0.5 },
  ],
  "ignores hints": [
    ["HNT-2", "HNT-3", "HNT-5"],
    (parts) => instead(parts, "hint", (_, next) => next({ do: "due" })),
  ],
  "trusts hints": [["HNT-3"], (parts) =>
    instead(parts, "hint", async (command, next) => {
      const answer = await next(command);
      if (command.content) {
        parts.device().db.run("update sync_state set content_version = ?", command.content.version);
      }
      return answer;
    })],
  "takes whatever the delta of a hint brings": [["HNT-3"], (parts) => {
    const { fetch } = parts.env;
    const lines: string[] = [];
    onPath(parts, /\/delta$/, async (url, init) => {
      const response = await fetch(url, init);
      const text = await response.text();
      if (lines.length === 0) {
        lines.push(...text.split("\n").filter((line) => /^\{"kind":"question"/.test(line)));
      }
      return new Response(text, response);
    });
    instead(parts, "poll", async (command, next) => {
      lines.length = 0;
      const answer = await next(command);
      for (const line of lines) {
        parts.device().db.run("update content_row set body = ? where id = ?", line, JSON.parse(line).id);
      }
      return answer;
    });
  }],
  "lets a hint take the place of the poll": [["HNT-4"], (parts) => {
    let spread = 0;
    instead(parts, "hint", (command, next) => {
      spread = Math.max(spread, command.content?.spread_s ?? 0);
      return next(command);
    });
    instead(parts, "due", async (command, next) => {
      const { in_ms } = await next(command);
      return { in_ms: spread > 1000 ? spread * 1000 : in_ms };
    });
  }],
  "follows its own hints": [["HNT-5"], (parts) =>
    instead(parts, "hint", (command, next) => {
      const { learner } = command;
      const devices = ["00000000-0000-4000-8000-000000000000"];
      return next({ ...command, learner: learner && { ...learner, devices } });
    })],
  "polls as often while it hears hints": [["HNT-6"], (parts) => instead(parts, "listening", nothing)],
  "asks during a pause": [["HNT-7"], (parts) =>
    instead(parts, "due", (command, next) => {
      parts.device().db.run("update sync_state set retry_at = null");
      return next(command);
    })],
  "polls by the time that its clock once had": [["HNT-8"], (parts) => {
    let jumped = 0;
    instead(parts, "advance_clock", (command, next) => {
      jumped -= Math.min(command.ms, 0);
      return next(command);
    });
    instead(parts, "due", async (command, next) => {
      const { in_ms } = await next(command);
      return { in_ms: Number(in_ms) + jumped };
    });
  }],
  "drops what it gives up": [["DLT-1"], (parts) => {
    instead(parts, "give_up", nothing);
    instead(parts, "dead_letter", nothing);
  }],
  "stays the device that the backup was made of": [
    ["IDY-9"],
    (parts) => instead(parts, "init", ({ marker: _, ...command }, next) => next(command)),
  ],
  "leaves the anonymous learner's data behind": [
    ["IDY-10"],
    (parts) => onPath(parts, /\/adopt$/, () => Promise.resolve(new Response("{}", { status: 400 }))),
  ],
  "takes whatever a node brings": [["VER-5"], (parts) => {
    const { fetch } = parts.env;
    const lines: string[] = [];
    onPath(parts, /\/node$/, async (url, init) => {
      const response = await fetch(url, init);
      const text = await response.text();
      lines.push(...text.split("\n").filter((line) => /^\{"kind":"(?:skill|question|domain)"/.test(line)));
      return new Response(text, response);
    });
    instead(parts, "sync", async (command, next) => {
      const answer = await next(command);
      for (const line of lines.splice(0)) {
        parts.device().db.run("update content_row set body = ? where id = ?", line, JSON.parse(line).id);
      }
      return answer;
    });
  }],
  "can't start over with its content": [["VER-6", "VER-5"], (parts) => {
    const { fetch } = parts.env;
    onPath(parts, /\/delta$/, (url, init) => {
      const isAnew = url.searchParams.get("since") === "0" && parts.device().status().version > 0;
      return isAnew ? Promise.resolve(new Response("{}", { status: 400 })) : fetch(url, init);
    });
  }],
  "drops the page of a row that it can't store": [["DLT-2"], (parts) => {
    const { fetch } = parts.env;
    onPath(parts, /\/sync$/, async (url, init) => {
      const response = await fetch(url, init);
      const text = await response.text();
      const hasBadRow = text.includes('"attempts":1,"correct":5');
      const { status, headers } = response;
      return new Response(
        hasBadRow ? text.replace(/"changes":\[.*\],"cursor"/, '"changes":[],"cursor"') : text,
        { status, headers },
      );
    });
  }],
});
