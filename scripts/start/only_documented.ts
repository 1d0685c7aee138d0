// Replaces an answer whose error code the OpenAPI document does not list for its operation. So every test with a stack also tests the lists.
import { z } from "zod";
import { codeOfSqlstate, type ErrorCode, isErrorCode } from "../../client-contract/contract/errors.ts";

const DOCUMENT = new URL("../../client-contract/openapi/carrel.json", import.meta.url);

const Operation = z.looseObject({
  responses: z.record(z.string(), z.looseObject({ "x-error-codes": z.array(z.string()).optional() })),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});
/** Problem details, or an error of PostgREST. */
const Failure = z.looseObject({ code: z.string() });

/** The codes of each operation, by method and path. */
async function readCodes(): Promise<Map<string, Set<string>>> {
  const { paths } = Document.parse(JSON.parse(await Deno.readTextFile(DOCUMENT)));
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]): [string, Set<string>] => [
        `${method} ${path}`,
        new Set(Object.values(responses).flatMap((response) => response["x-error-codes"] ?? [])),
      ])
    ),
  );
}
let codes: Promise<Map<string, Set<string>>> | undefined;

/** Other paths and methods have answers of their own: `not_found`, `method_not_allowed`. */
async function codeIn(response: Response): Promise<ErrorCode | undefined> {
  if (response.ok || !response.headers.get("content-type")?.includes("json")) return undefined;
  const failure = Failure.safeParse(await response.clone().json().catch(() => null));
  if (!failure.success) return undefined;
  const { code } = failure.data;
  return isErrorCode(code) ? code : codeOfSqlstate(code);
}

/** The answer, or one with the status 599 that names the missing code. */
export async function onlyDocumented(
  { method, path }: { method: string; path: string },
  response: Response,
): Promise<Response> {
  if (response.status < 400) return response;
  const listed = (await (codes ??= readCodes())).get(`${method.toLowerCase()} ${path}`);
  const code = listed && await codeIn(response);
  if (!code || listed.has(code)) return response;
  await response.body?.cancel();
  return new Response(`The OpenAPI document does not list ${code} for ${method} ${path}.`, { status: 599 });
}
