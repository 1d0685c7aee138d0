// The dearest requests for content that a learner may send, on many connections, and the next one at once whatever the answer says.
import { z } from "zod";

/** What the attack is told. */
export const Attack = z.object({
  /** The function's URL. */
  content: z.string(),
  token: z.string(),
  connections: z.int(),
  history: z.string(),
  version: z.int(),
  /** Ids that exist. */
  domains: z.array(z.string()),
  skill: z.string(),
});
export type Attack = z.infer<typeof Attack>;

const random = (below: number) => Math.floor(Math.random() * below);

/** Some of the values in another order, some of them twice, some in upper case. */
function disguised(ids: readonly string[]): string {
  const order = [...ids, ...ids.slice(random(ids.length))].sort(() => Math.random() - 0.5);
  return order.map((id) => random(2) === 0 ? id : id.toUpperCase()).join(",");
}

/** The kinds of requests; each call makes another one of its kind. */
function kindsOf({ history, version, domains, skill }: Attack): (() => string)[] {
  const known = `schema=2&history=${history}`;
  const id = () => crypto.randomUUID();
  const place = () => `${1 + random(version)}.question.${id()}`;
  return [
    () => `delta?${known}&until=${version}&limit=${2001 + random(2_000_000)}`,
    () => `delta?${known}&until=${version}&limit=${1 + random(2000)}`,
    () => `delta?${known}&until=${version}&domains=${disguised(domains)}`,
    () => `delta?${known}&until=${version}&domains=${Array.from({ length: 190 }, id).join(",")}`,
    () =>
      `delta?${known}&since=${1 + random(version)}&until=${version}&domains=${disguised(domains.slice(3))}`,
    () => `delta?${known}&until=${version}&after=${place()}`,
    () => `delta?${known}&until=${version}&after=whole.${place()}.0123456789abcdef`,
    () => `delta?${known}&since=${version + 1 + random(1_000_000)}`,
    () => `head?${known}&expected=${version + 1 + random(1_000_000)}`,
    () => `head?schema=2&history=${id().replaceAll("-", "").slice(16)}&expected=1`,
    () => `head?schema=${3 + random(32_000)}`,
    () => `manifest?${known}&version=${1 + random(version)}`,
    () => `manifest?${known}&version=${version + 1 + random(1_000_000)}`,
    () => `node?${known}&version=${version}&id=${id()}`,
    () => `node?${known}&version=${version}&id=${skill}&after=${id()}`,
    () => `node?${known}&version=${version}&id=${skill}&limit=${1 + random(2000)}`,
  ];
}

/** Sends requests until the worker ends, and tells what came of each. */
export async function attack(attack: Attack, tell: (outcome: string) => void): Promise<void> {
  const kinds = kindsOf(attack);
  await Promise.all(Array.from({ length: attack.connections }, async (_, n) => {
    for (;; n++) {
      const path = kinds[n % kinds.length]?.() ?? "head";
      // Every tenth request has a token that nobody signed.
      const token = n % 10 === 0
        ? `${attack.token.slice(0, -8)}${crypto.randomUUID().slice(0, 8)}`
        : attack.token;
      try {
        const response = await fetch(`${attack.content}/${path}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        await response.arrayBuffer();
        tell(
          response.status === 200 ? "answered" : [429, 503].includes(response.status) ? "put off" : "refused",
        );
      } catch {
        tell("cut off");
      }
    }
  }));
}
