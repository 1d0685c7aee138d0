// Every message by name: what JSON Schema files are generated for.
import type { z } from "zod";
import { BatchAnswer, BatchHeader, SyncAnswer } from "./batch.ts";
import { PullAnswer, SteeredPullAnswer } from "./changes.ts";
import { DomainRow, EndLine, Head, PageLine, QuestionRow, SkillRow, Tombstone } from "./content.ts";
import {
  AttemptRecorded,
  Event,
  ProgressAdvanced,
  ProgressReset,
  SessionEnded,
  SessionStarted,
} from "./event.ts";
import { ContentReport, Manifest } from "./manifest.ts";
import { ContentHint, LearnerHint } from "./hint.ts";
import { Problem } from "./problem.ts";
import { Steering } from "./steering.ts";

/** Schemas by the name of their file in `schema/`. */
export const messages: Readonly<Record<string, z.ZodType>> = {
  "event": Event,
  "event.session.started.v1": SessionStarted,
  "event.session.ended.v1": SessionEnded,
  "event.attempt.recorded.v1": AttemptRecorded,
  "event.progress.advanced.v1": ProgressAdvanced,
  "event.progress.reset.v1": ProgressReset,
  "sync.header": BatchHeader,
  "sync.batch_answer": BatchAnswer,
  "sync.answer": SyncAnswer,
  "sync.pull_answer": PullAnswer,
  "sync.steered_pull_answer": SteeredPullAnswer,
  "sync.steering": Steering,
  "content.head": Head,
  "content.manifest": Manifest,
  "content.report": ContentReport,
  "content.page": PageLine,
  "content.domain": DomainRow,
  "content.skill": SkillRow,
  "content.question": QuestionRow,
  "content.tombstone": Tombstone,
  "content.end": EndLine,
  "content.hint": ContentHint,
  "learner.hint": LearnerHint,
  "problem": Problem,
};
