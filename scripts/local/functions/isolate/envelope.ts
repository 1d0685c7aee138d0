// Heads of requests and responses between the stack and an isolate.
//
// fetch adds headers of its own (accept, accept-encoding, user-agent), decodes a compressed body and refuses some
// statuses. What the caller and the function really said therefore travels in one header, as JSON.

/** The header that holds the real head. */
export const HEAD = "x-isolate-head";

/** What the caller sent, as the function sees it. */
export interface RequestHead {
  url: string;
  headers: [string, string][];
  /** Address of the caller. */
  remote: string;
}

/** What the function answered. */
export interface ResponseHead {
  status: number;
  statusText: string;
  headers: [string, string][];
}

/** As a header's value, which holds only ASCII. */
export function encodeHead(head: RequestHead | ResponseHead): string {
  return JSON.stringify(head).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The head of a request that the stack sent. */
export function decodeRequestHead(headers: Headers): RequestHead {
  return JSON.parse(headers.get(HEAD) ?? "");
}

/** The head of a response that the program sent. */
export function decodeResponseHead(headers: Headers): ResponseHead {
  return JSON.parse(headers.get(HEAD) ?? "");
}
