// Where the files of questions are: signed URLs that all devices share, and for a file without one a URL that Storage signs for the learner.
import { z } from "zod";
import type { MediaReference } from "../contract/question.ts";

/** Most files of one request for URLs. */
const MAX_SIGNED = 500;

/** The answer of `media_urls`. A URL begins at the project's root. A file that is not signed yet, or not published, has no row. */
const SharedUrls = z.array(z.object({ sha256: z.string(), url: z.string() }));

/** Seconds for which a learner's own URL can be fetched: a large file on a slow network, and no longer. */
const URL_SECONDS = 3600;

/** Storage's answer: one entry for each path. A file that is not there, or not published, has no URL. */
const SignedUrls = z.array(z.object({ path: z.string(), signedURL: z.string().nullish() }));

/** Posts JSON with the learner's token; gives the checked answer, and the cell that gave it. */
type Post = <T>(
  answer: z.ZodType<T>,
  service: "rest" | "storage",
  path: string,
  body: unknown,
) => Promise<{ answer: T; cell: string }>;

/** URLs of files by their hashes. A file's name in the bucket is its hash. */
export async function fetchMediaUrls(
  files: readonly Pick<MediaReference, "sha256">[],
  post: Post,
): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (let at = 0; at < files.length; at += MAX_SIGNED) {
    const names = files.slice(at, at + MAX_SIGNED).map(({ sha256 }) => sha256);
    const shared = await post(SharedUrls, "rest", "/rpc/media_urls", { files: names });
    for (const { sha256, url } of shared.answer) urls.set(sha256, `${shared.cell}${url}`);
    // The worker has not come to the others yet, or does not run.
    const paths = names.filter((name) => !urls.has(name));
    if (paths.length === 0) continue;
    const own = await post(SignedUrls, "storage", "/object/sign/media", { expiresIn: URL_SECONDS, paths });
    for (const { path, signedURL } of own.answer) {
      if (signedURL) urls.set(path, `${own.cell}/storage/v1${signedURL}`);
    }
  }
  return urls;
}
