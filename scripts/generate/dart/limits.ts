// lib/src/limits.gen.dart: the protocol's numbers, and the steering before a server has sent one.
import { NORMALISATION } from "../../../client-contract/contract/normalise.ts";
import { DEFAULT_STEERING } from "../../../client-contract/contract/steering.ts";
import type { Artifact } from "../artifact.ts";
import { readLimits } from "../contract.ts";
import { camel, docComment, layOut, library } from "./layout.ts";

/** All limits by the name of the contract's export. */
export async function dartLimits(): Promise<Artifact> {
  const normalisation = {
    name: "NORMALISATION",
    description: "The newest rule for comparing short texts",
    value: NORMALISATION,
  };
  const constants = [...await readLimits(), normalisation].map(({ name, description, value }) =>
    `${docComment(description, 2)}\nstatic const int ${camel(name)} = ${value};`
  );
  const steering = Object.entries(DEFAULT_STEERING).filter(([, value]) => value !== null)
    .map(([name, value]) => `${camel(name)}: ${value}`);
  const body = `/// The protocol's numbers.
abstract final class Limits {
${constants.map((constant) => constant.replace(/^/gm, "  ")).join("\n\n")}
}

${docComment("What a client does before it has heard of its server")}
${layOut(steering, { before: "const Steering defaultSteering = Steering(", after: ");" })}`;
  return library("limits", "limits.ts", ["steering.gen.dart"], body);
}
