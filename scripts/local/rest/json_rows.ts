// A JSON body as rows: one `json` parameter that the database takes apart, as PostgREST does it.
import type { JsonBody } from "./body.ts";
import { type Parameters, quoteIdentifier, quoteLiteral } from "./sql.ts";

/** Alias of the rows of a body. */
export const BODY = "pgrst_body";

/** A key of the body with the type it is read as. */
export interface BodyColumn {
  name: string;
  type: string;
  /** Expression for rows without the key; only used with `useDefaults`. */
  default?: string | null;
}

/** How a body is taken apart. */
export interface BodyOptions {
  /** Missing keys get the column's default rather than null; costs a detour over jsonb. */
  useDefaults: boolean;
  /** Only the first row. */
  firstOnly: boolean;
}

function withDefaults(body: JsonBody, columns: readonly BodyColumn[]): string {
  const defaults = columns.flatMap((column) =>
    column.default ? [`${quoteLiteral(column.name)}, ${column.default}`] : []
  );
  const base = `jsonb_build_object(${defaults.join(", ")})`;
  return body.isObject
    ? `lateral (select ${base} || pgrst_payload.document as document) pgrst_filled`
    : `lateral (select jsonb_agg(${base} || element) as document ` +
      `from jsonb_array_elements(pgrst_payload.document) element) pgrst_filled`;
}

/** The from-items that give the rows of a body under the alias BODY. */
export function jsonRowsSql(
  body: JsonBody,
  columns: readonly BodyColumn[],
  options: BodyOptions,
  parameters: Parameters,
): string {
  const type = options.useDefaults ? "jsonb" : "json";
  const items = [`(select ${parameters.bind(body.text)}::${type} as document) pgrst_payload`];
  if (options.useDefaults) items.push(withDefaults(body, columns));
  const document = `${options.useDefaults ? "pgrst_filled" : "pgrst_payload"}.document`;
  const names = columns.map((column) => quoteIdentifier(column.name));
  const typed = columns.map((column, index) => `${names[index]} ${column.type}`).join(", ");
  // Without keys there is nothing to read, but as many (empty) rows as the body has objects.
  const rows = columns.length > 0
    ? `${type}_to_record${body.isObject ? "" : "set"}(${document}) as _(${typed})`
    : body.isObject
    ? "(values (1)) _"
    : `${type}_array_elements(${document}) _`;
  items.push(
    `lateral (select ${names.join(", ")} from ${rows}${options.firstOnly ? " limit 1" : ""}) ${BODY}`,
  );
  return items.join(", ");
}
