// The errors of the device, as other threads can receive them.
import { ContractError, NetworkError, ProblemError } from "../client/mod.ts";
import { DeviceError, StorageError } from "../device/mod.ts";
import type { Refusal } from "./protocol.ts";

/** SQLite's primary result code of a full disk, and of a quota that is used up. */
const SQLITE_FULL = 13;

/** Whether a write was refused because the origin's quota is used up. */
export const isStorageFull = (error: unknown): boolean =>
  error instanceof StorageError && (error.resultCode & 0xff) === SQLITE_FULL;

/** What an error says to another tab. */
export function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  const said = (kind: string, code: string, retryable: boolean) => ({ kind, code, message, retryable });
  if (error instanceof ProblemError) return said(error.name, error.code, error.retryable);
  if (error instanceof DeviceError) return said(error.name, error.code, false);
  if (error instanceof NetworkError) return said(error.name, "network", true);
  if (error instanceof ContractError) return said(error.name, "invalid_answer", false);
  if (error instanceof StorageError) {
    return said(error.name, isStorageFull(error) ? "storage_full" : "storage_failed", isStorageFull(error));
  }
  return said(error instanceof Error ? error.name : "Error", "unknown", false);
}
