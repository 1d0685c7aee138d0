-- What:  ops.recount_answers(), a job that counts the figures of all learners in small steps, and ops.answer_figure, their sums.
-- Why:   figures over 1,000,000 attempts take longer than a request may. A full recount is right after anything that changed the rows, such as late events,
--        voids, adoptions and erasures. It ends at most once a day, so that two readings rarely differ by a single answer (O3, O5).
create table ops.answer_figure (
  pass           bigint not null,
  kind           text not null,
  id             uuid not null,
  version        integer not null,
  choice         text not null,
  learners       bigint not null,
  attempts       bigint not null,
  correct        bigint not null,
  first_attempts bigint not null,
  first_correct  bigint not null,
  succeeded      bigint not null,
  tries          bigint not null,
  outdated       bigint not null,
  skipped        bigint not null,
  constraint answer_figure_pkey primary key (pass, kind, id, version, choice),
  constraint answer_figure_kind_known check (kind in ('cohort', 'domain', 'skill', 'question', 'revision', 'choice'))
);
comment on table ops.answer_figure is
  'How all learners have answered, as private.figure says, without personal data. Rows of the shown pass are complete. The next pass is counted beside them.';

create table private.answer_pass (
  singleton   boolean not null default true,
  counting    bigint not null default 1,
  began_at    timestamptz,
  after_user  uuid,
  shown       bigint not null default 0,
  shown_at    timestamptz,
  constraint answer_pass_pkey primary key (singleton),
  constraint answer_pass_singleton check (singleton),
  constraint answer_pass_shown_before_counting check (shown < counting)
);
comment on table private.answer_pass is 'One row: how far the recount of answers is, and which pass is shown.';
comment on column private.answer_pass.after_user is 'The last learner whose answers the pass has counted; null: none yet.';
comment on column private.answer_pass.shown_at is 'When the shown pass began. Answers that arrived later are not in it.';
insert into private.answer_pass default values;

alter table ops.answer_figure enable row level security;
alter table private.answer_pass enable row level security;
create policy answer_figure_all_nobody on ops.answer_figure for all to anon, authenticated using (false);
create policy answer_pass_all_nobody on private.answer_pass for all to anon, authenticated using (false);

create function private.add_figures(p_pass bigint, p_users uuid[])
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into ops.answer_figure as f (
    pass, kind, id, version, choice, learners, attempts, correct, first_attempts, first_correct, succeeded, tries, outdated, skipped)
  select p_pass, k.kind, x.*
  from unnest(array['cohort', 'domain', 'skill', 'question', 'revision']) k (kind) cross join lateral private.figures_of(p_users, k.kind, null) x
  union all
  select p_pass, 'choice', x.* from private.choices_of(p_users, null, false) x
  on conflict (pass, kind, id, version, choice) do update set
    learners = f.learners + excluded.learners, attempts = f.attempts + excluded.attempts, correct = f.correct + excluded.correct,
    first_attempts = f.first_attempts + excluded.first_attempts, first_correct = f.first_correct + excluded.first_correct,
    succeeded = f.succeeded + excluded.succeeded, tries = f.tries + excluded.tries, outdated = f.outdated + excluded.outdated,
    skipped = f.skipped + excluded.skipped
$$;
comment on function private.add_figures(bigint, uuid[]) is 'Adds the figures of some learners to a pass. Each learner is added once.';

create function private.recount_answers(p_seconds double precision, p_again boolean)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  v_until constant timestamptz := clock_timestamp() + make_interval(secs => p_seconds);
  v_pass private.answer_pass;
  v_users uuid[];
  v_count integer := 0;
begin
  select * into strict v_pass from private.answer_pass for update;
  if v_pass.began_at is null then
    if not p_again and v_pass.shown_at > now() - (select s.recount_every from ops.cohort_setting s) then
      return 0;
    end if;
    v_pass.began_at := clock_timestamp();
  end if;
  loop
    -- At most 500 learners or some 200,000 attempts a step. The lock is the pass alone: ingest does not wait.
    v_users := private.learners_page(null, v_pass.after_user, 500);
    if v_users = '{}' then
      delete from ops.answer_figure f where f.pass < v_pass.counting;
      update private.answer_pass set shown = v_pass.counting, shown_at = v_pass.began_at, counting = v_pass.counting + 1, began_at = null, after_user = null;
      return v_count;
    end if;
    perform private.add_figures(v_pass.counting, v_users);
    v_pass.after_user := v_users[cardinality(v_users)];
    v_count := v_count + cardinality(v_users);
    exit when clock_timestamp() >= v_until;
  end loop;
  update private.answer_pass set began_at = v_pass.began_at, after_user = v_pass.after_user;
  return v_count;
end
$$;
comment on function private.recount_answers(double precision, boolean) is 'The core of ops.recount_answers().';

create function ops.recount_answers(p_seconds double precision default 10, p_again boolean default false)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  return private.recount_answers(p_seconds, p_again);
end
$$;
comment on function ops.recount_answers(double precision, boolean) is
  'Counts the figures of all learners for p_seconds, and goes on in the next run. Shows them once all learners are counted. Returns the number of learners counted. '
  'Begins again after ops.cohort_setting.recount_every, or at once with p_again. Admins and a job each minute.';

select private.schedule_job('answers', '* * * * *', '1 minute', 'select ops.recount_answers()');
