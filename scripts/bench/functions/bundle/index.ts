// The product's function, unchanged, beside its baselines.
import "../../../../supabase/functions/bundle/index.ts";
