// The access token of a client's requests, which the app owns and refreshes.
import { NetworkError, ProblemError } from "./client_error.ts";

/** Why a token is asked for. */
export interface TokenRequest {
  /** The server refused the last token as expired. Refresh it even if it looks valid: the device's clock may be wrong. */
  refused: boolean;
}

/** The app's access token; null: nobody is signed in. It may reject, for example if a refresh needs the network. */
export type GetToken = (o: TokenRequest) => string | null | Promise<string | null>;

/** The learner of a token, or undefined if it can't be read. */
export function learnerOf(token: string): string | undefined {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { sub } = JSON.parse(atob(payload));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** Where a client takes its tokens from. */
export interface TokenSource {
  /** Throws NetworkError if the app could not get a token, and ProblemError `unauthenticated` or `wrong_learner` for none or another learner's. */
  get(): Promise<string>;
  /** The server has refused the last token as expired. */
  refuse(): void;
}

/** Whether an error says itself if the same call may succeed later. */
const isJudged = (error: unknown): boolean =>
  error instanceof Error && "retryable" in error && typeof error.retryable === "boolean";

/** Asks the app for a token before every request. `learnerId`: whose tokens may be sent; undefined: any. */
export function tokenSource(
  getToken: GetToken,
  learnerId: () => string | undefined = () => undefined,
): TokenSource {
  let isRefused = false;
  return {
    async get() {
      let token: string | null;
      try {
        token = await getToken({ refused: isRefused });
      } catch (error) {
        if (isJudged(error)) throw error;
        // Most often the refresh found no network. Whatever the cause, a later attempt may succeed, and nothing was sent.
        throw new NetworkError("The app could not get an access token.", { cause: error });
      }
      isRefused = false;
      const expected = learnerId();
      if (token !== null && expected !== undefined && learnerOf(token) !== expected) {
        const message = "The token belongs to another learner.";
        throw new ProblemError({ code: "wrong_learner", status: 401, message, retryable: false });
      }
      if (token !== null) return token;
      const message = "There is no access token: the learner must sign in.";
      throw new ProblemError({ code: "unauthenticated", status: 401, message });
    },
    refuse: () => isRefused = true,
  };
}
