// Every message by name: what JSON Schema files are generated for.
import type { z } from "zod";
import { Adoption, AdoptionRequest } from "./adoption.ts";
import { BatchAnswer, BatchHeader, SyncAnswer } from "./batch.ts";
import { PullAnswer, SteeredPullAnswer } from "./changes.ts";
import { DomainRow, EndLine, Head, PageLine, SameRow, SkillRow, Tombstone } from "./content.ts";
import { QuestionRow } from "./question.ts";
import { Event } from "./event.ts";
import { ContentReport, DomainNodes, Manifest } from "./manifest.ts";
import { ContentHint, LearnerHint } from "./hint.ts";
import { Problem } from "./problem.ts";
import { Steering } from "./steering.ts";

/** Schemas by the name of their file in `schema/`. */
export const messages: Readonly<Record<string, z.ZodType>> = {
  "event": Event,
  ...Object.fromEntries(
    Event.options.map((
      option,
    ) => [`event.${option.shape.type.value}.v${option.shape.version.value}`, option]),
  ),
  "sync.header": BatchHeader,
  "sync.batch_answer": BatchAnswer,
  "sync.answer": SyncAnswer,
  "sync.pull_answer": PullAnswer,
  "sync.steered_pull_answer": SteeredPullAnswer,
  "sync.steering": Steering,
  "sync.adoption_request": AdoptionRequest,
  "sync.adoption": Adoption,
  "content.head": Head,
  "content.manifest": Manifest,
  "content.domain_nodes": DomainNodes,
  "content.report": ContentReport,
  "content.page": PageLine,
  "content.domain": DomainRow,
  "content.skill": SkillRow,
  "content.question": QuestionRow,
  "content.tombstone": Tombstone,
  "content.same": SameRow,
  "content.end": EndLine,
  "content.hint": ContentHint,
  "learner.hint": LearnerHint,
  "problem": Problem,
};
