// The text of a stuck event, as it is edited and read again.
import type { Quarantined } from "../../client-contract/client/support.ts";

/** The text of an event as it can be edited. */
export function editable({ mended_body, body }: Pick<Quarantined, "mended_body" | "body">): string {
  const text = mended_body ?? body;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The text as an object, or null. */
export function readObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
