// The thin client: the two Edge Functions over fetch, and the database's functions through supabase-js.
export { readBundle } from "./bundle.ts";
export { type CellStore, type KnownCells, nextCell } from "./cells.ts";
export * from "./client.ts";
export { ContractError, NetworkError, ProblemError, type ProblemParts } from "./client_error.ts";
export type { ContentChange, DeltaPage } from "./delta_page.ts";
export * from "./instructor.ts";
export * from "./rpc.ts";
export type { RpcCaller } from "./rpc_call.ts";
export * from "./support.ts";
export * from "./support_look.ts";
