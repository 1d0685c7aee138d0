// The product's function, unchanged, beside its baselines.
import "../../../../supabase/functions/sync/index.ts";
