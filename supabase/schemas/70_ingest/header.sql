-- What:  what a batch's first line becomes (private.header), and read_header(), which checks it.
-- Why:   who sends, when, from which app: all that follows rests on it, so a batch whose header is wrong is refused as a whole.

create type private.header_pull as (cursor varchar(100), "limit" numeric(5));
comment on type private.header_pull is 'Which changes of its learner a device asks for: learner_changes'' first arguments.';

-- numeric, as JSON's 1.0 is 1, which integer's input does not know.
create type private.header as (
  batch_id text, device_id uuid, sent_at timestamptz, platform varchar(60), app_version varchar(60),
  contract_version numeric(5), content_version numeric(10), content_schema numeric(5), pull private.header_pull, dead_letters jsonb, by_server jsonb);
comment on type private.header is
  'The header of a batch. by_server: not null where the server wrote it for a device, of whose clock and contract it says nothing.';

create function private.read_header(p_line text)
returns private.header
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_json jsonb;
  v_header private.header;
  v_field text;
begin
  -- 1 What devices write is told by its types: that they give back the same JSON rules out all other forms of it. Made ready for every
  --   batch anew, an expression costs by its functions, so ranges share theirs.
  if octet_length(p_line) <= 4096 and not private.shows_long_exponent(p_line) then
    begin
      v_json := p_line;
      v_header := jsonb_populate_record(null::private.header, v_json);
      if jsonb_strip_nulls(to_jsonb(v_header) - 'sent_at') <@ v_json
        and octet_length(v_header.batch_id) = 26 and v_header.batch_id ~ '^0[0-9A-HJKMNP-TV-Z]*$'
        and v_json ->> 'sent_at' = to_char(v_header.sent_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        and v_header.sent_at >= '1970-01-01Z' and v_header.sent_at < '3000-01-01Z'
        and v_header.device_id is not null and v_header.contract_version is not null and v_header.dead_letters is null
        and least(v_header.platform, v_header.app_version, (v_header.pull).cursor) is distinct from ''
        and least(v_header.contract_version, v_header.content_version + 1, v_header.content_schema, (v_header.pull).limit) >= 1
        and greatest(v_header.contract_version, v_header.content_schema) <= 32767
        and (v_header.content_version <= 2147483647) is not false and ((v_header.pull).limit <= 1000) is not false
      then
        return v_header;
      end if;
    exception
      when data_exception or program_limit_exceeded or statement_too_complex then null;
    end;
  end if;

  -- 2 In doubt, by the rules.
  v_json := case when private.is_jsonb(p_line) then p_line end;
  if v_json is not null then
    v_field := coalesce(
      case when (v_json @@ (select t.rules from private.event_type t where t.type = 'batch')) is not true then
        private.broken_field('batch', 1::smallint, v_json) end,
      case when not pg_input_is_valid(v_json ->> 'sent_at', 'timestamptz') then 'sent_at' end);
  end if;
  if v_json is null or v_field is not null then
    perform private.raise_error('malformed_batch', coalesce(
      (select format('`%s`: %s.', r.field, r.requirement) from private.event_rule r where r.type = 'batch' and r.field = v_field and v_field <> ''),
      'The first line of a batch must be its header, a JSON object.'), v_field);
  end if;
  return jsonb_populate_record(null::private.header, v_json);
end
$$;
comment on function private.read_header(text) is
  'The header of a batch; raises malformed_batch, whose detail is the first field that is wrong, or empty where the line is no JSON object.';
