// The bucket `content` through Storage's REST API.

/** Bytes as `Response.arrayBuffer` gives them, which every version of the libs takes as a body. */
export type FileBytes = ArrayBuffer;

/** Where bundles lie. */
export interface BundleStore {
  /** Uploads a file; the same path always has the same bytes, so that doing it again does no harm. */
  put(path: string, bytes: FileBytes): Promise<void>;
  /**
   * A URL, by path, that anybody may fetch until it expires; none for a path that has no object. From the project's root
   * (`/storage/…`): it then holds under a custom domain too, and after the local stack has moved to another port.
   */
  sign(paths: readonly string[], seconds: number): Promise<Record<string, string>>;
  /** Removes objects; one that is not there is no failure. */
  remove(paths: readonly string[]): Promise<void>;
}

const API = "/storage/v1";
const BUCKET = "content";
/** A path holds the hash of its bytes: whoever has fetched it never needs to ask again. */
const FOR_EVER = "public, max-age=31536000, immutable";

/** The answer to signing: one entry a path, without a URL where there is no object. */
function signedUrls(answer: unknown): [path: string, url: string][] {
  if (!Array.isArray(answer)) throw new Error("Storage did not answer with a list of signed URLs.");
  return answer.flatMap(({ path, signedURL }) =>
    typeof path === "string" && typeof signedURL === "string" && signedURL !== "" ? [[path, signedURL]] : []
  );
}

/** Opens the bucket of a project, whose address has no trailing slash, with one of its secret keys. */
export function openBundleStore(projectUrl: string, secretKey: string): BundleStore {
  const base = `${projectUrl}${API}`;

  async function call(
    method: string,
    path: string,
    body: BodyInit,
    headers: HeadersInit,
  ): Promise<Response> {
    const response = await fetch(`${base}${path}`, {
      method,
      body,
      headers: { ...headers, apikey: secretKey },
      // Hosted ends a request after 150 s; a lease lasts a minute.
      signal: AbortSignal.timeout(30_000),
    });
    if (response.ok) return response;
    throw new Error(
      `${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
    );
  }
  const json = { "content-type": "application/json" };

  return {
    async put(path, bytes) {
      const headers = { "content-type": "application/gzip", "cache-control": FOR_EVER, "x-upsert": "true" };
      const response = await call("POST", `/object/${BUCKET}/${path}`, bytes, headers);
      await response.body?.cancel();
    },
    async sign(paths, seconds) {
      const body = JSON.stringify({ expiresIn: seconds, paths });
      const answer: unknown = await (await call("POST", `/object/sign/${BUCKET}`, body, json)).json();
      return Object.fromEntries(signedUrls(answer).map(([path, url]) => [path, `${API}${url}`]));
    },
    async remove(paths) {
      const response = await call("DELETE", `/object/${BUCKET}`, JSON.stringify({ prefixes: paths }), json);
      await response.body?.cancel();
    },
  };
}
