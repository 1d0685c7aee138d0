// Signed URLs: whoever may read an object may lend that right for a while.
import { z } from "zod";
import { type Call, callerOrRefuse, type Handler, readBody } from "./call.ts";
import { visibleObject } from "./objects.ts";

const expiresIn = z.number().int().min(1);
const OneSchema = z.object({ expiresIn });
const ManySchema = z.object({ expiresIn, paths: z.array(z.string()).min(1) });

async function signedUrl({ keys }: Call, path: string, seconds: number): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return `/object/sign/${path}?token=${await keys.sign({ url: path, iat, exp: iat + seconds })}`;
}

/** POST /object/sign/bucket/name */
export const postSign: Handler = async (call, place) => {
  const { expiresIn: seconds } = await readBody(call.request, OneSchema);
  await visibleObject(call, place);
  return Response.json({ signedURL: await signedUrl(call, `${place.bucket}/${place.name}`, seconds) });
};

/** POST /object/sign/bucket */
export const postSignMany: Handler = async (call, { bucket }) => {
  const { expiresIn: seconds, paths } = await readBody(call.request, ManySchema);
  const rows = await call.database.asCaller(callerOrRefuse(call), (tx) =>
    tx<{ name: string }[]>`
      select name from storage.objects where bucket_id = ${bucket} and name = any (${paths})`);
  const visible = new Set(rows.map(({ name }) => name));
  return Response.json(
    await Promise.all(paths.map(async (path) => {
      if (visible.has(path)) {
        return { error: null, path, signedURL: await signedUrl(call, `${bucket}/${path}`, seconds) };
      }
      const error = "Either the object does not exist or you do not have access to it";
      return { error, path, signedURL: null };
    })),
  );
};
