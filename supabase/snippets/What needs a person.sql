-- Each line names the call that mends it.
select * from public.alarms() order by name, since;
