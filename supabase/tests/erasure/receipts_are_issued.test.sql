begin;
select plan(11);

select tests.a_release();
select tests.send_for(n, tests.attempt(11, 1), tests.progress(13, 1, 60), 'no JSON') from generate_series(1, 2) n;
select is(tests.raised('select ops.erasure_receipt(tests.learner(1))'), format('CR070 %s', tests.learner(1)), 'O5: there is no receipt before an erasure');
select ops.erase_learner(tests.learner(1));
create temporary table receipt on commit drop as
  select r.all ->> 'receipt' as text, r.all ->> 'digest' as digest, decode(r.all ->> 'salt', 'hex') as salt from (select ops.erasure_receipt(tests.learner(1)) as all) r;

select is((select text::jsonb ->> 'subject' from receipt), (select encode(sha256(salt || convert_to(tests.learner(1)::text, 'UTF8')), 'hex') from receipt),
  'O5: the salt and the id open the subject of a receipt');
select unalike((select text from receipt), '%' || tests.learner(1) || '%', 'O5: a receipt does not have the learner''s id');
select is((select text::jsonb -> 'tables' -> 'learner.event' from receipt), '2', 'O5: a receipt counts the erased rows of each table, partitions under their parent');
select is((select (text::jsonb -> 'rows')::bigint from receipt), (select sum(v::bigint)::bigint from receipt, jsonb_each(text::jsonb -> 'tables') t (k, v)), 'O5: the rows of a receipt are the sum over its tables');
select is((select array[text::jsonb ->> 'requested_by', text::jsonb ->> 'reason'] from receipt), array[session_user::text, 'requested'], 'O5: a receipt names the role that asked and the reason');
select is((select digest from receipt), (select encode(sha256(convert_to(text, 'UTF8')), 'hex') from receipt), 'O5: the digest is the SHA-256 of the text');
select is((select array_agg(object_id) from ops.audit where action = 'issue_receipt'), (select array[digest] from receipt), 'O1: the audit has the digest of the receipt');
select ops.erase_learner(tests.learner(1));
select is((select receipt from ops.erasure where user_id = tests.learner(1)), (select text from receipt), 'O5: an erasure that is asked for again keeps its receipt');
select isnt(ops.erase_learner(tests.learner(2)), null, 'O5: another learner is erased');
select isnt((select array_agg(distinct salt) from ops.erasure where user_id = tests.learner(1)), (select array_agg(distinct salt) from ops.erasure where user_id = tests.learner(2)), 'O5: each receipt has a salt of its own');

select * from finish();
rollback;
