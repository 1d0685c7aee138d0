// The access token of a device's requests. A device without a valid token studies on and keeps everything: only requests need one.
import { type GetToken, learnerOf, type TokenRequest } from "../client/mod.ts";
import { DeviceError } from "./device_error.ts";

/** The app's tokens, of one learner alone. They throw DeviceError `signed_out` or `wrong_learner`. */
export function tokensOf(learnerId: string, getToken: GetToken): (o: TokenRequest) => Promise<string> {
  return async (request) => {
    const token = await getToken(request);
    if (!token) throw new DeviceError("signed_out", "There is no access token: the learner must sign in.");
    // With another learner's token a pull would mix their rows into this database.
    if (learnerOf(token) !== learnerId) {
      throw new DeviceError("wrong_learner", "The token belongs to another learner.");
    }
    return token;
  };
}
