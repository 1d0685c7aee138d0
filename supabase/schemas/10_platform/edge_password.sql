-- What:  renew_edge_password(), which gives the login role of the Edge Functions a new password.
-- Why:   a password in a statement's text would be kept by logs and pg_stat_statements, also one of a nested statement. So the statement has
--        its SCRAM verifier, as PostgreSQL would store it (RFC 5802). A backup does not contain it.

create function private.hmac_pad(p_key bytea, p_byte integer)
returns bytea
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pad bytea := decode(repeat(lpad(to_hex(p_byte), 2, '0'), 64), 'hex');
begin
  for v_i in 0..length(p_key) - 1 loop
    v_pad := set_byte(v_pad, v_i, p_byte # get_byte(p_key, v_i));
  end loop;
  return v_pad;
end
$$;
comment on function private.hmac_pad(bytea, integer) is 'A key of at most 64 bytes as HMAC-SHA-256 pads it: with 0x36 for the inner hash, with 0x5c for the outer one.';

create function private.scram_verifier(p_password text, p_salt bytea, p_iterations integer)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_inner bytea := private.hmac_pad(convert_to(p_password, 'UTF8'), 54);
  v_outer bytea := private.hmac_pad(convert_to(p_password, 'UTF8'), 92);
  v_u bytea := sha256(v_outer || sha256(v_inner || p_salt || '\x00000001'::bytea));
  v_sum bit(256) := ('x' || encode(v_u, 'hex'))::bit(256);
  v_salted bytea;
begin
  -- 4096 iterations take 30 ms.
  for v_i in 2..p_iterations loop
    v_u := sha256(v_outer || sha256(v_inner || v_u));
    v_sum := v_sum # ('x' || encode(v_u, 'hex'))::bit(256);
  end loop;
  v_salted := (
    select decode(string_agg(lpad(to_hex(substring(v_sum from 1 + 32 * n for 32)::bit(32)::bigint), 8, '0'), '' order by n), 'hex') from generate_series(0, 7) n);
  v_inner := private.hmac_pad(v_salted, 54);
  v_outer := private.hmac_pad(v_salted, 92);
  return format('SCRAM-SHA-256$%s:%s$%s:%s', p_iterations, encode(p_salt, 'base64'),
    encode(sha256(sha256(v_outer || sha256(v_inner || 'Client Key'::bytea))), 'base64'),
    encode(sha256(v_outer || sha256(v_inner || 'Server Key'::bytea)), 'base64'));
end
$$;
comment on function private.scram_verifier(text, bytea, integer) is 'What PostgreSQL stores for a password of at most 64 ASCII characters, with a salt and a number of iterations.';

create function ops.renew_edge_password()
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 244 random bits.
  v_password constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  perform private.require_role('admin');
  execute format('alter role carrel_edge password %L', private.scram_verifier(
    v_password, decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), current_setting('scram_iterations')::integer));
  perform private.audit('renew_edge_password', 'carrel_edge', null, null, null);
  return v_password;
end
$$;
comment on function ops.renew_edge_password() is
  'Gives carrel_edge a new random password and returns it, for the secret CARREL_DB_URL. The previous one ends at once. For SQL consoles.';
