// docs/client-requirements.md: what a client must do, and the cases that show it, from the conformance kit.
import {
  CAPABILITIES,
  casesOf,
  type Requirement,
  SERVER_THEMES,
  type Theme,
  THEMES,
} from "../../client-contract/conformance/mod.ts";
import { EXPECTED_FAILURES } from "../../client-contract/web/expected_failures.ts";
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

/** What the device in Chromium passes of a theme, and what it can't. */
function inChromium({ requirements }: Theme): string {
  const ids = requirements.flatMap(({ id, cases }) => Object.keys(cases).map((name) => `${id}.${name}`));
  const expected = ids.filter((id) => Object.hasOwn(EXPECTED_FAILURES, id));
  const passed = String(ids.length - expected.length);
  return expected.length === 0 ? passed : `${passed}; \`${expected.join("` `")}\` is expected to fail`;
}

/** How many cases of each theme the project's own clients pass. Their tests hold the figures: a case that fails, fails there. */
function clients(): string {
  const rows = THEMES.map((theme) => {
    const { title, requirements } = theme;
    const count = (which: readonly Requirement[]) =>
      which.reduce((sum, { cases }) => sum + Object.keys(cases).length, 0);
    const all = count(requirements);
    const required = count(requirements.filter(({ needs = [] }) => needs.length === 0));
    return `| [${title}](#${
      title.toLowerCase().replaceAll(/[^a-z0-9 -]/g, "").replaceAll(" ", "-")
    }) | ${all} | ${all} | ${inChromium(theme)} | ${all} | ${required}${
      required < all ? `; ${all - required} are of optional parts` : ""
    } |`;
  });
  return [
    "| requirements | cases | device, TypeScript | device, Chromium | engine, Dart | minimal client |",
    "| --- | --- | --- | --- | --- | --- |",
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
\`CARREL_ALL_CASES=1\` plays them all against the device in Chromium (\`client-contract/web/conformance.browser.test.ts\`), which takes twelve minutes on two busy
cores; \`npm test\` plays those that a browser's network or a killed worker may break. Chromium itself repeats a request after a 421, so that case is expected to fail.

${THEMES.map((theme) => section(theme, "a client")).join("\n")}
${SERVER_THEMES.map((theme) => section(theme, "a server")).join("\n")}`;
  return { path: "docs/client-requirements.md", text };
}
