// Requests and replies of the scripted server, before HTTP: the same over a socket and within a process.

/** How much of a reply arrives. `half`: the connection breaks in the middle. `slow`: in small pieces. */
export type Delivery = "whole" | "nothing" | "half" | "slow";

/** A request as it came. */
export interface RawRequest {
  method: string;
  /** Path and query. */
  url: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** A reply as it is sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
  delivery: Delivery;
}

/** The parts of the protocol. `push` is POST /sync, `pull` is GET /sync. */
export type Endpoint =
  | "push"
  | "pull"
  | "adopt"
  | "head"
  | "delta"
  | "manifest"
  | "domains"
  | "node"
  | "report"
  | "bundle";

/** The header by which an adapter says its client's time, in milliseconds since 1970. */
export const CLOCK_HEADER = "x-carrel-clock";

/** A reply with a JSON body. */
export const jsonReply = (value: unknown, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
  delivery: "whole",
});
