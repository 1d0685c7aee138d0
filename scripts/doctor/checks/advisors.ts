// The platform's security and performance advisors, as `npm test` runs them on an empty database.
import { advise, ALLOWED, ALLOWED_AT } from "../../check/steps/advisors.ts";
import { type Check, listed, orOk, warning } from "../check.ts";

export const advisors: Check = {
  name: "advisors",
  about: "what the platform's advisors find",
  needs: ["database"],
  after: ["migrations", "default privileges"],
  async run({ target }) {
    const { failures } = await advise(target.database ?? "", ALLOWED);
    // A project in use need not have what an empty database has.
    const found = failures.filter(({ at }) => at !== ALLOWED_AT);
    const byLint = Map.groupBy(found, ({ message }) => message.split(" ")[0] ?? "");
    return orOk(
      [...byLint].map(([lint, found]) =>
        warning(
          `${lint}: ${listed(found.map(({ at }) => at))}.`,
          "Open the advisor of this name in the dashboard, which says how to mend it.",
        )
      ),
      "The advisors find nothing.",
    );
  },
};
