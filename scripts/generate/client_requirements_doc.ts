// docs/client-requirements.md: what a client must do, and the cases that show it, from the conformance kit.
import {
  CAPABILITIES,
  casesOf,
  type Requirement,
  SERVER_THEMES,
  type Theme,
  THEMES,
} from "../../client-contract/conformance/mod.ts";
import type { Artifact } from "./artifact.ts";

const cell = (text: string) => text.replaceAll("|", "\\|");

function row<T>({ id, text, needs = [], cases }: Requirement<T>): string {
  const names = Object.keys(cases);
  const condition = needs.length === 0 ? "" : `Only with ${needs.map((need) => `\`${need}\``).join(", ")}. `;
  const shown = names.map((name) => `\`${name}\``).join(" ");
  return `| <a id="${id.toLowerCase()}"></a>${id} | ${condition}${cell(text)} | ${names.length}: ${shown} |`;
}

/** A table of a theme, which `who` has to meet. */
const section = <T>({ title, requirements }: Theme<T>, who: string): string =>
  [`## ${title}`, "", `| id | ${who} | cases |`, "| --- | --- | --- |", ...requirements.map(row<T>), ""].join(
    "\n",
  );

/** How many cases of each theme the project's own clients pass. Their tests hold the figures: a case that fails, fails there. */
function clients(): string {
  const rows = THEMES.map(({ title, requirements }) => {
    const count = (which: readonly Requirement[]) =>
      which.reduce((sum, { cases }) => sum + Object.keys(cases).length, 0);
    const all = count(requirements);
    const required = count(requirements.filter(({ needs = [] }) => needs.length === 0));
    return `| [${title}](#${
      title.toLowerCase().replaceAll(/[^a-z0-9 -]/g, "").replaceAll(" ", "-")
    }) | ${all} | ${all} | ${all} | ${required}${
      required < all ? `; ${all - required} are of optional parts` : ""
    } |`;
  });
  return [
    "| requirements | cases | device, TypeScript | engine, Dart | minimal client |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** The page. Throws if two requirements have one id. */
export function clientRequirementsDocument(): Artifact {
  const requirements = THEMES.flatMap((theme) => theme.requirements);
  const ids = [...requirements, ...SERVER_THEMES.flatMap((theme) => theme.requirements)].map(({ id }) => id);
  if (new Set(ids).size < ids.length) {
    throw new Error("two requirements have the same id");
  }
  const capabilities = Object.entries(CAPABILITIES).map(([name, text]) => `| \`${name}\` | ${cell(text)} |`);
  const text = `<!-- Generated from client-contract/conformance by \`npm run generate\`; do not edit. -->

# Requirements of clients

What a client must do, with ids that never change their meaning. There are ${requirements.length} requirements with ${
    casesOf(THEMES).length
  } cases.
[conformance.md](conformance.md) says how to play them against a client. A case's id is the requirement's with its name: \`OUT-1.reply_lost\`.

Some parts are optional. A client says which of them it has:

| part | a client with it |
| --- | --- |
${capabilities.join("\n")}

## Clients that pass

${clients()}

\`npm test\` plays all cases against the reference device and the minimal client, and one of each theme against the Dart engine.
\`CARREL_RUNS=1 npm test -- --only dart\` plays them all against that one.

${THEMES.map((theme) => section(theme, "a client")).join("\n")}
${SERVER_THEMES.map((theme) => section(theme, "a server")).join("\n")}`;
  return { path: "docs/client-requirements.md", text };
}
