-- What:  pg_net's tables and functions as hosted has them; scripts/local/net sends the requests.
-- Why:   migrations send requests with the same statements here and on hosted. pg_net itself is a library in C that
--        the packaged PostgreSQL lacks.
-- Locks: new schema only.
-- Undo:  drop extension pg_net.

create schema net;

create domain net.http_method as text
  check (value ilike 'get' or value ilike 'post' or value ilike 'delete');

-- 1. What is to be sent, and what came back. Unlogged: a crash of the database forgets both.
create unlogged table net.http_request_queue (
  id                   bigserial,
  method               net.http_method not null,
  url                  text not null,
  headers              jsonb,
  body                 bytea,
  timeout_milliseconds integer not null
);
create unlogged table net._http_response (
  id           bigint,
  status_code  integer,
  content_type text,
  headers      jsonb,
  content      text,
  timed_out    boolean,
  error_msg    text,
  created      timestamptz not null default now()
);
create index _http_response_created_idx on net._http_response (created);

-- 2. Addresses.
create function net._urlencode_string(string varchar) returns text
language sql immutable set search_path = pg_catalog
as $$
  select coalesce(string_agg(
    case
      when c ~ '^[A-Za-z0-9._~-]$' then c
      else regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
    end, '' order by i), '')
    from regexp_split_to_table(string, '') with ordinality as characters (c, i)
$$;

create function net._encode_url_with_params_array(url text, params_array text[]) returns text
language sql immutable
as $$
  select case
    when coalesce(cardinality(params_array), 0) = 0 then url
    else url || case when position('?' in url) > 0 then '&' else '?' end || array_to_string(params_array, '&')
  end
$$;

-- 3. Tells the worker; like the request itself, only when the transaction commits.
create function net.wake() returns void
language sql volatile
as $$ select pg_catalog.pg_notify('pg_net', '') $$;

-- 4. What callers see. A name is also that of a column, so tables go first.
create function net.http_get(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds integer default 5000
) returns bigint
language plpgsql volatile
as $$
declare
  v_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
  select 'GET',
         net._encode_url_with_params_array(http_get.url, array(
           select net._urlencode_string(p.key) || '=' || net._urlencode_string(p.value)
             from jsonb_each_text(http_get.params) p)),
         http_get.headers,
         http_get.timeout_milliseconds
  returning id into v_id;
  perform net.wake();
  return v_id;
end
$$;

create function net.http_post(
  url text,
  body jsonb default '{}',
  params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds integer default 5000
) returns bigint
language plpgsql volatile
as $$
declare
  v_id   bigint;
  v_type text := (
    select h.value from jsonb_each_text(coalesce(headers, '{}')) h where lower(h.key) = 'content-type' limit 1);
begin
  if v_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  select 'POST',
         net._encode_url_with_params_array(http_post.url, array(
           select net._urlencode_string(p.key) || '=' || net._urlencode_string(p.value)
             from jsonb_each_text(http_post.params) p)),
         case
           when v_type is null then http_post.headers || '{"Content-Type": "application/json"}'
           else http_post.headers
         end,
         convert_to(http_post.body::text, 'UTF8'),
         http_post.timeout_milliseconds
  returning id into v_id;
  perform net.wake();
  return v_id;
end
$$;

create function net.http_delete(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds integer default 5000,
  body jsonb default null
) returns bigint
language plpgsql volatile
as $$
declare
  v_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  select 'DELETE',
         net._encode_url_with_params_array(http_delete.url, array(
           select net._urlencode_string(p.key) || '=' || net._urlencode_string(p.value)
             from jsonb_each_text(http_delete.params) p)),
         http_delete.headers,
         convert_to(http_delete.body::text, 'UTF8'),
         http_delete.timeout_milliseconds
  returning id into v_id;
  perform net.wake();
  return v_id;
end
$$;

-- 5. Open to everybody, as hosted leaves it: the Data API must never expose this schema.
grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
