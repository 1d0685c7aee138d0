// Mutants of the optional parts: a client of any language, whose app, network or database does something wrong.
import type { Command } from "../adapter/protocol.ts";
import type { Reply } from "../server/reply.ts";
import { mutants } from "./mutant.ts";
import { afterSync, instead, onPath, onReply, type Outside, refusal, textOf } from "./outside.ts";

const EMPTY: Reply = { status: 204, headers: {}, body: "", delivery: "whole" };

const nothing = () => Promise.resolve({});

const queryOf = ({ url }: { url: string }) => new URL(url, "http://carrel.test").searchParams;

export const DEVICE_MUTANTS = mutants<Outside>({
  "calls every cache intact": [["VER-1"], (parts) =>
    instead(parts, "verify", async (command, next) => {
      await next(command);
      return { intact: true };
    })],
  "fetches everything instead of the damaged part": [
    ["VER-2", "VER-4"],
    (parts) =>
      onPath(parts, /\/node$/, async (request, next) => {
        await next(request);
        return { status: 404, headers: {}, body: "{}", delivery: "whole" };
      }),
  ],
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
    (parts) => onPath(parts, /\/report$/, () => Promise.resolve(EMPTY)),
  ],
  "shows its token to whoever stores the bundles": [["BUN-1"], (parts) =>
    onPath(
      parts,
      / \/files\//,
      (request, next) =>
        next({ ...request, headers: { ...request.headers, authorization: "Bearer e30.e30.test" } }),
    )],
  "waits for bundles that do not come": [
    ["BUN-2", "DOM-1"],
    (parts) =>
      onPath(parts, /\/delta$/, (request, next) => {
        const query = queryOf(request);
        const isSnapshot = query.get("since") === "0" && query.has("domains");
        return isSnapshot ? Promise.resolve(refusal(400)) : next(request);
      }),
  ],
  "holds all domains whatever was chosen": [["DOM-1"], (parts) => instead(parts, "set_domains", nothing)],
  "polls at fixed times": [["HNT-1"], (parts) => {
    let poll_s = 0;
    onReply(parts, /\/sync$/, (text) => {
      // The head's and the steering's: the longer one counts.
      poll_s = Math.max(
        ...[...text.matchAll(/"poll_after_s":(\d+)/g)].map(([, seconds]) => Number(seconds)),
        0,
      );
      return text;
    });
    instead(parts, "due", async (command, next) => {
      const { in_ms } = await next(command);
      const isPoll = Number(in_ms) >= poll_s * 1000 && Number(in_ms) <= poll_s * 1250;
      return { in_ms: isPoll ? poll_s * 1125 : in_ms };
    });
  }],
  "ignores hints": [
    ["HNT-2", "HNT-3", "HNT-5"],
    (parts) => instead(parts, "hint", (_, next) => next({ do: "due" })),
  ],
  "trusts hints": [["HNT-3"], (parts) =>
    instead(parts, "hint", async (command, next) => {
      const answer = await next(command);
      if (command.content) {
        await parts.run("update sync_state set content_version = ?", command.content.version);
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
    instead(parts, "due", async (command, next) => {
      await parts.run("update sync_state set retry_at = null");
      return await next(command);
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
    (parts) => onPath(parts, /\/adopt$/, () => Promise.resolve(refusal(400))),
  ],
  "takes whatever a node brings": [["VER-5"], (parts) => {
    const lines: string[] = [];
    onReply(parts, /\/node$/, (text) => {
      lines.push(...text.split("\n").filter((line) => /^\{"kind":"(?:skill|question|domain)"/.test(line)));
      return text;
    });
    afterSync(parts, async () => {
      for (const line of lines.splice(0)) {
        await parts.run("update content_row set body = ? where id = ?", line, JSON.parse(line).id);
      }
    });
  }],
  "can't start over with its content": [["VER-6", "VER-5"], (parts) => {
    let holds = false;
    afterSync(parts, ({ result }) => {
      holds ||= result === "done";
      return Promise.resolve();
    });
    onPath(parts, /\/delta$/, (request, next) => {
      const isAnew = holds && queryOf(request).get("since") === "0";
      return isAnew ? Promise.resolve(refusal(400)) : next(request);
    });
  }],
  "drops the page of a row that it can't store": [
    ["DLT-2"],
    (parts) =>
      onPath(parts, /\/sync$/, async (request, next) => {
        const reply = await next(request);
        const text = textOf(reply);
        if (!text.includes('"attempts":1,"correct":5')) return reply;
        return { ...reply, body: text.replace(/"changes":\[.*\],"cursor"/, '"changes":[],"cursor"') };
      }),
  ],
});
