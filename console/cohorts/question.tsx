// One question: the figures of its revisions, and how often each choice was chosen.
import type { Accuracy, AnswerChoice } from "../../client-contract/client/instructor.ts";
import { readAll, useLoad } from "../data/load.ts";
import { numbers, times } from "../parts/columns.tsx";
import { CsvButton } from "../parts/csv_button.tsx";
import { ShareBar } from "../parts/share_bar.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { FIGURES } from "./figures.tsx";
import { cohortParameter, type CohortProps, Tabs } from "./tabs.tsx";

const versionText = (version: number | null) => version === 0 ? "older" : `${version}`;

const REVISIONS: readonly Column<Accuracy>[] = [
  { label: "Since version", cell: ({ version }) => versionText(version), sort: ({ version }) => version },
  times("Published", ({ published_at }) => published_at),
  ...FIGURES,
];

/** What stands for answers that are no choice of the question. */
const MARKS: Readonly<Record<string, string>> = { "?": "none of the choices", "*": "rare choices together" };

const CHOICES: readonly Column<AnswerChoice>[] = [
  { label: "Choice", cell: ({ choice, label }) => label ?? MARKS[choice] ?? choice },
  {
    label: "Right",
    cell: ({ is_right }) => is_right === null ? "–" : is_right ? "right" : "wrong",
    sort: ({ is_right }) => is_right,
  },
  numbers("Learners", ({ learners }) => learners),
  numbers("Answers", ({ attempts }) => attempts),
  { label: "Share", cell: ({ share }) => <ShareBar share={share} />, sort: ({ share }) => share },
];

/** The page of one question. */
export function Question({ cohort, question }: CohortProps & { question: string }) {
  const { instructor } = useApi();
  const of = { cohort: cohortParameter(cohort), question };
  const readChoices = () => readAll((after) => instructor.choices({ ...of, after }));
  const loaded = useLoad(`question ${cohort} ${question}`, async () => {
    const [revisions, choices] = await Promise.all([
      instructor.accuracy({ ...of, by: "revision", sort: "newest" }),
      readChoices(),
    ]);
    return { revisions, choices };
  });
  return (
    <>
      <Tabs cohort={cohort} present="other" />
      <p>
        <a href={linkTo(["cohorts", cohort, "questions"])}>All questions</a>
      </p>
      <Show of={loaded}>
        {({ revisions, choices }) => (
          <>
            <h2>{revisions[0]?.key ?? question}</h2>
            <Table
              caption="Before and after each revision"
              columns={REVISIONS}
              rows={revisions}
              rowKey={({ version }) => String(version)}
              empty="There are no answers to show yet."
            />
            {[...Map.groupBy(choices, ({ version }) => version)].map(([version, own]) => (
              <section key={version}>
                <h2>Answers since version {versionText(version)}</h2>
                <Table
                  caption={`How often each choice was chosen, since version ${versionText(version)}`}
                  columns={CHOICES}
                  rows={own}
                  rowKey={({ choice }) =>
                    choice}
                  empty=""
                />
              </section>
            ))}
            {choices.length > 0 && <CsvButton name={`choices-${question}`} read={readChoices} />}
          </>
        )}
      </Show>
    </>
  );
}
