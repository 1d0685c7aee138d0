// Carrel's client contract: types, validators, errors and a thin client.
export * from "./batch.ts";
export { readBundle } from "./bundle.ts";
export * from "./changes.ts";
export * from "./client.ts";
export { ContractError, NetworkError, ProblemError } from "./client_error.ts";
export * from "./content.ts";
export type { ContentChange, DeltaPage } from "./delta_page.ts";
export * from "./errors.ts";
export * from "./event.ts";
export * from "./hash_tree.ts";
export * from "./hint.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./manifest.ts";
export * from "./problem.ts";
export * from "./published_tree.ts";
export * from "./rpc.ts";
export * from "./verdict.ts";
