-- What:  is_same_body(): whether two bodies of an event say the same.
-- Why:   ingest and the limit of a day must agree on what is a duplicate (I4).

create function private.is_same_body(p_a jsonb, p_b jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Many libraries write null for a field without a value, and another release of an app may leave the field out.
  return (p_a = p_b or jsonb_strip_nulls(p_a) = jsonb_strip_nulls(p_b)) is true;
end
$$;
comment on function private.is_same_body(jsonb, jsonb) is
  'Whether two bodies of an event say the same. A field that is null is the same as an absent field, at every depth.';
