-- What:  Vault, which hosted preinstalls.
-- Why:   secrets that SQL needs are read from it; see extensions/supabase_vault--0.3.1.sql.
-- Locks: runs once, in a cluster that nobody else uses yet.
-- Undo:  drop extension supabase_vault.
create extension supabase_vault with schema vault;
