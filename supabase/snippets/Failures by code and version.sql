-- Failures of all learners in the last day, most frequent first.
select source, code, platform, app_version, failures, learners, last_at, examples from public.support_errors(reason => 'weekly review', hours => 24);
