// `npm run users:create`: a user for each role on the local Supabase, to sign in with while developing.
import { type Command, type Line, main, type Options } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { type CreatedUser, createUsers } from "./create_users.ts";
import { resolveTarget } from "./target.ts";

export const COMMAND = {
  name: "npm run users:create",
  about:
    `Creates a user for each role (learner, instructor, support, admin) on the local Supabase. An existing user gets a
new password. SUPABASE_URL and SUPABASE_SECRET_KEY name another local Supabase than that of \`npm start\`.`,
  options: {
    password: {
      type: "string",
      value: "TEXT",
      text: "the password of all users; default: a random one for each",
    },
    json: { type: "boolean", text: "print the users as JSON" },
  },
} as const satisfies Command<Options>;

function renderUsers(users: CreatedUser[]): string {
  const width = Math.max(...users.map(({ email }) => email.length));
  return users.map(({ email, password, created }) =>
    `${email.padEnd(width)}  ${password}${created ? "" : "  (existing user, new password)"}`
  ).join("\n");
}

export async function run({ values: { password, json } }: Line<typeof COMMAND.options>) {
  const target = await resolveTarget(Deno.env.toObject());
  using progress = patientProgress();
  progress.step(`Creating users on ${target.apiUrl}.`);
  const users = await createUsers(target, password);
  console.log(json ? JSON.stringify(users) : renderUsers(users));
}

if (import.meta.main) await main(COMMAND, run);
