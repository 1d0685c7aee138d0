// supabase/schemas/20_content/normalisation.gen.sql: what the rules for short texts fold, as SQL.
import {
  classOf,
  FOLDS,
  INVISIBLE,
  NORMALISATION,
  strayTag,
  WHITE_SPACE,
} from "../../client-contract/contract/normalise.ts";
import type { Artifact } from "./artifact.ts";
import { sqlSource } from "./sql.ts";

const escaped = (point: number) =>
  point > 0xffff ? `\\U${point.toString(16).padStart(8, "0")}` : `\\u${point.toString(16).padStart(4, "0")}`;
/** A text in the escapes of E'', so that the source shows what nobody sees. */
const escapes = (text: string) =>
  `E'${Array.from(text, (character) => escaped(character.codePointAt(0) ?? 0)).join("")}'`;

const STRAY_TAG = strayTag(escaped);

/** The characters that become one other character, and those that become several. */
export function normalisation(): Artifact {
  const folds = [...FOLDS];
  const single = folds.filter(([, text]) => Array.from(text).length === 1);
  const longer = folds.filter(([, text]) => Array.from(text).length > 1);
  const replaced = longer.reduce(
    (inner, [character, text]) => `replace(${inner}, ${escapes(character)}, ${escapes(text)})`,
    "p_text",
  );
  return sqlSource(
    "20_content/normalisation",
    "normalise.ts",
    `create function private.normalisation() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return ${NORMALISATION}; end $$;
comment on function private.normalisation() is 'The newest rule for comparing short texts, which a publish states in each answer key that names none.';

create function private.spaced_text(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  return btrim(regexp_replace(p_text, '[${WHITE_SPACE}]+' collate pg_catalog.pg_c_utf8, ' ', 'g'), ' ');
end
$$;
comment on function private.spaced_text(text) is 'A text with each run of white space as one space, and none at the ends.';

create function private.first_stray_tag(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  return substring(p_text from '${STRAY_TAG}' collate pg_catalog.pg_c_utf8);
end
$$;
comment on function private.first_stray_tag(text) is 'The first tag character that belongs to no flag, and that nobody sees; null if there is none.';

create function private.first_unseen(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  return substring(p_text from '[${
      classOf(INVISIBLE, escaped)
    }\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u2800\\u3000\\ufeff]|${STRAY_TAG}' collate pg_catalog.pg_c_utf8);
end
$$;
comment on function private.first_unseen(text) is 'The first character that nobody sees, or that looks like a space and is none; null if there is no such character.';

create function private.fold_text(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  -- A text of ASCII alone has nothing to fold.
  if octet_length(p_text) > length(p_text) then
    p_text := translate(${replaced},
      ${escapes(single.map(([character]) => character).join(""))},
      ${escapes(single.map(([, text]) => text).join(""))});
  end if;
  return normalize(regexp_replace(p_text, '[${
      classOf(INVISIBLE, escaped)
    }]|${STRAY_TAG}' collate pg_catalog.pg_c_utf8, '', 'g'), nfc);
end
$$;
comment on function private.fold_text(text) is 'A text in lower case, without what rule 2 folds: look-alikes, ligatures, widths, and characters that nobody sees.';`,
  );
}
