-- What:  private.header, the type of a batch's first line, and read_header(), which checks that line.
-- Why:   everything that follows depends on the header, so a batch with an invalid header is refused.

create type private.header_pull as (cursor varchar(100), "limit" numeric(5));
comment on type private.header_pull is 'The changes that a device pulls with its batch: the first arguments of learner_changes.';

-- numeric, because JSON's 1.0 equals 1, but integer input refuses it.
create type private.header as (
  batch_id text, device_id uuid, sent_at timestamptz, platform varchar(60), app_version varchar(60),
  contract_version numeric(5), content_version numeric(10), content_schema numeric(5), pull private.header_pull, dead_letters jsonb);
comment on type private.header is 'The header of a batch.';

create function private.read_header(p_line text)
returns private.header
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_json jsonb;
  v_field text;
begin
  v_json := case when private.is_jsonb(p_line) then p_line::jsonb end;
  if (v_json @@ (select t.rules from private.event_type t where t.type = 'batch')) is not true then
    v_field := private.broken_field('batch', 1::smallint, v_json);
    perform private.raise_error('malformed_batch', coalesce(
      (select format('`%s`: %s.', r.field, r.requirement) from private.event_rule r where r.type = 'batch' and r.field = v_field and v_field <> ''),
      'The first line of a batch must be its header, a JSON object without U+0000 and lone surrogates.'), v_field);
  end if;
  return jsonb_populate_record(null::private.header, v_json);
end
$$;
comment on function private.read_header(text) is
  'The header of a batch. Raises malformed_batch with the first invalid field, or with an empty field if the line is not a JSON object.';
