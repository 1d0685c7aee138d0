-- Generated from client-contract/contract/limits.ts, ids.ts and steering.ts by `npm run generate`. Do not edit.

create function private.default_content_schema() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1; end $$;
create function private.max_batch_events() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.max_batch_bytes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 524288; end $$;
create function private.max_event_bytes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 16384; end $$;
create function private.max_json_levels() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.max_adopted_events() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 20000; end $$;
create function private.default_page_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1000; end $$;
create function private.max_page_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 2000; end $$;
create function private.max_page_bytes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1048576; end $$;
create function private.max_domains() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 200; end $$;
create function private.default_list_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 100; end $$;
create function private.max_list_rows() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.reset_range() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1000001; end $$;
create function private.default_pull_changes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 500; end $$;
create function private.max_pull_changes() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 1000; end $$;
create function private.default_poll_after_s() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 900; end $$;
create function private.is_ulid(p_text text) returns boolean language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return p_text ~ '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'; end $$;
