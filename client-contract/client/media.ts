// Where the files of questions are: signed URLs that all devices share, and for a file without one a URL that Storage signs for the learner.
import { z } from "zod";
import type { MediaReference } from "../contract/question.ts";

/** Most files of one request for URLs. */
export const MAX_SIGNED = 500;

/** The answer of `media_urls`. A URL begins at the project's root. A file that is not signed yet, or not published, has no row. */
export const SharedUrls = z.array(z.object({ sha256: z.string(), url: z.string() }));

/** Seconds for which a learner's own URL can be fetched: a large file on a slow network, and no longer. */
const URL_SECONDS = 3600;

/** Storage's answer: one entry for each path. A file that is not there, or not published, has no URL. */
export const SignedUrls = z.array(z.object({ path: z.string(), signedURL: z.string().nullish() }));

/** The body of a request for URLs. A file's name in the bucket is its hash. */
export const signingBody = (files: readonly Pick<MediaReference, "sha256">[]): string =>
  JSON.stringify({ expiresIn: URL_SECONDS, paths: files.map(({ sha256 }) => sha256) });
