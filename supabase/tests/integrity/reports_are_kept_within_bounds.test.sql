begin;
select plan(8);

select ok(private.report_content(tests.learner(), tests.session(), '{"kind":"mismatch","version":1,"rows":3,"nodes":["50000000-0000-4000-8000-000000000001"],"more":1}'),
  'C6: a valid report is accepted');
select results_eq('select user_id, kind, version, rows, nodes from ops.content_report',
  'select tests.learner(), ''mismatch'', 1, 3, array[tests.skill(1)]', 'C6: a report is stored without its unknown fields');
select is((select string_agg(r, ' ') from unnest(array[
    'no json', '[]', '{}', '{"kind":"other","version":1,"rows":0,"nodes":[]}', '{"kind":"repair","version":0,"rows":0,"nodes":[]}',
    '{"kind":"repair","version":1,"rows":-1,"nodes":[]}', '{"kind":"repair","version":1,"rows":1}', '{"kind":"repair","version":1,"rows":1,"nodes":["x"]}']) t,
    lateral tests.raised(format('select private.report_content(tests.learner(), tests.session(), %L)', t)) r),
  'CR044 body CR044 body CR044 kind CR044 kind CR044 version CR044 rows CR044 nodes CR044 nodes', 'C6: an invalid report is refused with the name of the invalid field');
select is((select count(*) from ops.content_report), 1::bigint, 'C6: an invalid report is not stored');

select is((select array_agg(private.report_content(tests.learner(), tests.session(), '{"kind":"repair","version":1,"rows":1,"nodes":[]}')) from generate_series(1, 21)),
  array_fill(true, array[19]) || array[false, false], 'C6: a learner may send twenty reports a day, and further ones are ignored');
select is((select count(*) from ops.content_report), 20::bigint, 'C6: twenty reports of a learner are stored for a day');
select ok(private.report_content(tests.learner(2), tests.session(2), '{"kind":"repair","version":1,"rows":1,"nodes":[]}'), 'C6: each learner has a limit of their own');
update ops.content_report set reported_on = reported_on - 1;
select ok(private.report_content(tests.learner(), tests.session(), '{"kind":"repair","version":1,"rows":1,"nodes":[]}'), 'C6: the limit of reports starts over the next day');

select * from finish();
rollback;
