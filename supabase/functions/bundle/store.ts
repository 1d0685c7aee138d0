// Storage's REST API: bundles in the bucket `content`, and the signing and removal of media.

/** The bytes of a file. Every version of the libs accepts an ArrayBuffer as a body. */
export type FileBytes = ArrayBuffer;

/** The buckets of bundles and of questions' files. */
export type Bucket = "content" | "media";

/** Storage for the worker. */
export interface BundleStore {
  /** Uploads a bundle. A path always has the same bytes, so an upload can be repeated. */
  put(path: string, bytes: FileBytes): Promise<void>;
  /**
   * Signed URLs by path, which anybody may fetch until they expire. A path without an object has no URL. The URLs begin at the
   * project's root (`/storage/…`), so that they work with a custom domain and after a change of the local port.
   */
  sign(bucket: Bucket, paths: readonly string[], seconds: number): Promise<Record<string, string>>;
  /** Removes objects. A missing object is no error. */
  remove(bucket: Bucket, paths: readonly string[]): Promise<void>;
}

const API = "/storage/v1";
/** A path contains the hash of its bytes, so the object never changes. */
const FOR_EVER = "public, max-age=31536000, immutable";

/** The answer of a signing request has one entry for each path, without a URL if the object is missing. */
function signedUrls(answer: unknown): [path: string, url: string][] {
  if (!Array.isArray(answer)) throw new Error("Storage did not answer with a list of signed URLs.");
  return answer.flatMap(({ path, signedURL }) =>
    typeof path === "string" && typeof signedURL === "string" && signedURL !== "" ? [[path, signedURL]] : []
  );
}

/** Opens the bucket of a project with a secret key. The URL has no trailing slash. */
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
      const response = await call("POST", `/object/content/${path}`, bytes, headers);
      await response.body?.cancel();
    },
    async sign(bucket, paths, seconds) {
      const body = JSON.stringify({ expiresIn: seconds, paths });
      const answer: unknown = await (await call("POST", `/object/sign/${bucket}`, body, json)).json();
      return Object.fromEntries(signedUrls(answer).map(([path, url]) => [path, `${API}${url}`]));
    },
    async remove(bucket, paths) {
      const response = await call("DELETE", `/object/${bucket}`, JSON.stringify({ prefixes: paths }), json);
      await response.body?.cancel();
    },
  };
}
