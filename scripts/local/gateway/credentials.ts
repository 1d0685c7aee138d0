// From what a caller sends to the token that a service gets, as hosted's gateway does it.
import type { ProjectKeys } from "../keys.ts";
import { GATEWAY_ERRORS, type GatewayError } from "./errors.ts";

/** The token to pass on, or why the request goes no further. */
export type Credentials = { token: string } | { error: GatewayError };

/** The token of an `Authorization: Bearer …` header. */
function bearer(headers: Headers): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.get("authorization")?.trim() ?? "")?.[1];
}

/**
 * The caller's own token where there is one, which the service verifies; else one for the API key's role. An API
 * key in place of the token counts as none, and must then be the same one.
 */
export async function resolveCredentials(
  request: Request,
  url: URL,
  keys: ProjectKeys,
): Promise<Credentials> {
  const apiKey = request.headers.get("apikey") ?? url.searchParams.get("apikey");
  if (!apiKey) return { error: GATEWAY_ERRORS.noApiKey };
  const role = keys.roleOf(apiKey);
  if (!role) return { error: GATEWAY_ERRORS.invalidApiKey };
  const token = bearer(request.headers);
  if (token === undefined || token === apiKey) return { token: await keys.tokenFor(role) };
  if (token.startsWith("sb_")) return { error: GATEWAY_ERRORS.invalidApiKey };
  return { token };
}

/**
 * For a service that answers without a key too: the caller's own token, a token for the API key's role, or none. A
 * wrong key is refused even where none is needed.
 */
export async function resolveOptional(request: Request, url: URL, keys: ProjectKeys): Promise<Credentials> {
  const apiKey = request.headers.get("apikey") ?? url.searchParams.get("apikey");
  if (apiKey) return await resolveCredentials(request, url, keys);
  const token = bearer(request.headers) ?? "";
  if (!token.startsWith("sb_")) return { token };
  const role = keys.roleOf(token);
  return role ? { token: await keys.tokenFor(role) } : { error: GATEWAY_ERRORS.invalidApiKey };
}
