// The thin client: the two Edge Functions over fetch, and the database's functions through supabase-js.
export { readBundle } from "./bundle.ts";
export { type CellStore, type KnownCells, nextCell } from "./cells.ts";
export * from "./client.ts";
export { type Clock, systemClock } from "./clock.ts";
export { ContractError, NetworkError, ProblemError, type ProblemParts } from "./client_error.ts";
export * from "./deliver.ts";
export type { ContentChange, DeltaPage } from "./delta_page.ts";
export { randomUuid, systemRandom } from "./entropy.ts";
export { fetchContent, type HeldContent } from "./fetch_content.ts";
export { fitBatch } from "./fit_batch.ts";
export { type Foreground, pageForeground } from "./foreground.ts";
export * from "./instructor.ts";
export {
  type HintChannel,
  type HintClient,
  type HintListener,
  listenForHints,
  type ListenOptions,
} from "./listen.ts";
export { listenInCell, type WatchedCell } from "./listen_in_cell.ts";
export * from "./operator.ts";
export { backoff, createRetry, DEFAULT_RETRY, type Retry, type RetryPolicy, steeredRetry } from "./retry.ts";
export { withRetries } from "./with_retries.ts";
export { type Review, REVIEW_COLUMNS, reviewLog } from "./review_log.ts";
export * from "./rpc.ts";
export type { RpcAnswer, RpcCaller } from "./rpc_call.ts";
export * from "./support.ts";
export * from "./support_look.ts";
export { type GetToken, learnerOf, type TokenRequest } from "./token.ts";
export { freshUlid, nextUlid } from "./ulid.ts";
export { attemptStatements, type ExportedAttempt, type XapiOptions, type XapiStatement } from "./xapi.ts";
