// The access token of a device's requests. A device without a valid token studies on and keeps everything: only requests need one.
import { NetworkError } from "../client/mod.ts";
import { DeviceError } from "./device_error.ts";

/** Why a token is asked for. */
export interface TokenRequest {
  /** The server refused the last token as expired. Refresh it even if it looks valid: the device's clock may be wrong. */
  refused: boolean;
}

/** The app's access token; null: nobody is signed in. It may reject, for example if a refresh needs the network. */
export type GetToken = (o: TokenRequest) => string | null | Promise<string | null>;

/** The tokens of one learner. */
export interface Tokens {
  /** Throws NetworkError if the app could not get a token, and DeviceError `signed_out` or `wrong_learner`. */
  get(): Promise<string>;
  /** The server has refused the last token as expired. */
  refused(): void;
}

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

async function ask(getToken: GetToken, request: TokenRequest): Promise<string | null> {
  try {
    return await getToken(request);
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    // Most often the refresh found no network. Whatever the cause, a later attempt may succeed, and nothing was sent.
    throw new NetworkError("The app could not get an access token.", { cause: error });
  }
}

/** Asks the app for a token before every request. */
export function tokensOf(learnerId: string, getToken: GetToken): Tokens {
  let isRefused = false;
  return {
    async get() {
      const token = await ask(getToken, { refused: isRefused });
      isRefused = false;
      if (!token) throw new DeviceError("signed_out", "There is no access token: the learner must sign in.");
      // With another learner's token a pull would mix their rows into this database.
      if (learnerOf(token) !== learnerId) {
        throw new DeviceError("wrong_learner", "The token belongs to another learner.");
      }
      return token;
    },
    refused: () => isRefused = true,
  };
}
