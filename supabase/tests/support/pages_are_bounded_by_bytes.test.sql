begin;
select plan(12);

select tests.a_release();
-- 40 texts of 100 kB that are no events, each mended once; and 400 answers of 16 KiB.
select tests.send(variadic array(select 'x' || n || repeat('"', 100000) from generate_series(1, 5) n)) from generate_series(1, 1);
select tests.send(variadic array(select 'x' || n || repeat(chr(1), 60000) from generate_series(6, 13) n));
select tests.send(variadic array(
  select tests.attempt(1000 * b + n, 1, jsonb_build_object('answer', jsonb_build_object('choice', 0, 'text', repeat('x', 15000)))) from generate_series(1, 30) n)) from generate_series(1, 5) b;

-- Walks all pages of a call and returns each page's rows and bytes.
create function pg_temp.pages(p_call text) returns table (rows integer, bytes integer, keys text[]) language plpgsql as $$
declare v_cursor text; v_page record;
begin
  loop
    execute format('select count(*)::integer as rows, octet_length(json_agg(p order by p.place)::text) as bytes, array_agg(p.cursor order by p.place) as keys
      from (select p.*, row_number() over () as place from %s p) p', format(p_call, quote_nullable(v_cursor))) into v_page;
    exit when v_page.rows = 0;
    rows := v_page.rows; bytes := v_page.bytes; keys := v_page.keys;
    return next;
    v_cursor := keys[rows];
  end loop;
end $$;
create temporary table page (call text, number bigint, rows integer, bytes integer, keys text[]) on commit drop;
grant all on page to public;
grant execute on function pg_temp.pages(text) to public;
select tests.authenticate(tests.learner());
insert into page select 'own_quarantine', row_number() over (), p.* from pg_temp.pages('public.own_quarantine(%s, 500)') p;
select tests.a_grant(9);
select tests.authenticate(tests.learner(9), 'admin');
insert into page select 'support_quarantine', row_number() over (), p.* from pg_temp.pages('public.support_quarantine(reason => ''test'', with_answers => true, after => %s, page_rows => 500)') p;
insert into page select 'support_timeline', row_number() over (), p.* from pg_temp.pages(format('public.support_timeline(%L, ''test'', %%s, page_rows => 1000, with_answers => true)', tests.learner())) p;
select tests.reset_role();

select ok(count(*) > 2, format('U8: the pages of %s are bounded by bytes: %s pages', call, count(*))) from page group by call order by call;
select is(count(*) filter (where bytes > 1.1 * 1048576 and rows > 1), 0::bigint, format('U8: no page of %s is above 1 MiB, unless one row is: %s', call, max(bytes))) from page group by call order by call;
select is((select count(distinct k) from page p, unnest(p.keys) k where p.call = 'own_quarantine'), (select count(*) from ops.quarantine where user_id = tests.learner()), 'U3: the pages of own_quarantine cover all rows');
select is((select count(distinct k) from page p, unnest(p.keys) k where p.call = 'support_quarantine'), (select count(*) from ops.quarantine where status = 'open'), 'U3: the pages of support_quarantine cover all rows');
select cmp_ok((select count(distinct k) from page p, unnest(p.keys) k where p.call = 'support_timeline'), '>=', (select count(*) from learner.event) + (select count(*) from ops.quarantine), 'O2: the pages of support_timeline cover all rows');

-- A preview of long texts.
update content.question set explanation = repeat('語', 30000);
select ok(octet_length(p::text) < 1.2 * 1048576, format('C5: a preview is bounded by bytes: %s', octet_length(p::text))) from public.preview_release(1000) p;

-- Numbers that are written out with a hundred digits each.
create function pg_temp.numbers(p_n integer, p_number text, p_count integer) returns text language sql as $$
  select replace(tests.attempt(p_n, 1, '{"answer": {"choice": 0, "x": 7}}'), '"x": 7', '"x": [' || repeat(p_number || ',', p_count - 1) || p_number || ']') $$;
select is(tests.send(pg_temp.numbers(20000, '1e99', 3000), pg_temp.numbers(20001, '1e-99', 42), pg_temp.numbers(20002, '1e-99', 41), pg_temp.numbers(20003, '1.5e9', 2000)),
  array['quarantined invalid_json', 'quarantined invalid_json', 'applied', 'applied'], 'U8: an event whose numbers would be far longer when written out is refused');
select cmp_ok((select max(octet_length(row_to_json(a)::text)) from public.attempt a), '<', 2 * 16384 + 1024, 'U8: an attempt is at most a little longer than its event');

select * from finish();
rollback;
