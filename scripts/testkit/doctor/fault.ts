// A fault of a deployment, as the tests of the doctor make it and mend it.
import type { Target } from "../../doctor/target.ts";

/** One fault. */
export interface Fault {
  /** The check that turns red, and what it says. */
  check: string;
  says: RegExp;
  status?: "warning";
  /** SQL as the server's superuser. */
  sql?: [broken: string, mended: string];
  /** What the project's gateway answers instead. */
  answers?: [path: string, make: () => Response];
  target?: Partial<Target>;
  /** The functions' secrets. */
  secrets?: string;
  now?: () => number;
}
