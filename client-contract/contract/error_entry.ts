// What the error registry says of one kind of error: of a failed request, and of an event that was not applied.

/** A request that failed. */
export interface RequestFacts {
  /** The HTTP status. */
  status: number;
  /** The SQLSTATEs that SQL raises for it; the first one is what private.raise_error() uses. */
  sqlstate: readonly string[];
  /** Whether the same request can succeed later. */
  retryable: boolean;
}

/** An event of a batch that was not applied. */
export interface EventFacts {
  /** quarantined: the server keeps the event. retry: the device keeps it. */
  outcome: "quarantined" | "retry";
  /** Whether the server applies a kept event once it knows more; else the event waits for support. */
  held: boolean;
  /** Whether the device should send the same event again. */
  retryable: boolean;
  /** Seconds after which to send it again; null: not at all, or after what the server's setting says. */
  retryAfterS: number | null;
}

/** One kind of error. Each place where the code occurs has its own facts. */
export interface ErrorEntry {
  /** What is wrong, as a sentence for people. */
  title: string;
  /** What the client does. */
  client: string;
  request?: RequestFacts;
  event?: EventFacts;
  /** Whether a pull can answer `{"reset": code}`. */
  pull?: true;
}

/** A request that would fail again. */
export const refused = (status: number, ...sqlstate: string[]): RequestFacts => ({
  status,
  sqlstate,
  retryable: false,
});

/** A request that can succeed later. */
export const deferred = (status: number, ...sqlstate: string[]): RequestFacts => ({
  status,
  sqlstate,
  retryable: true,
});

/** The server keeps the event until support has looked at it. */
export const forSupport: EventFacts = {
  outcome: "quarantined",
  held: false,
  retryable: false,
  retryAfterS: null,
};

/** The server keeps the event, and applies it once it knows more. */
export const held: EventFacts = { ...forSupport, held: true };

/** The device keeps the event, and sends it again. */
export const keptByDevice: EventFacts = { outcome: "retry", held: false, retryable: true, retryAfterS: null };
