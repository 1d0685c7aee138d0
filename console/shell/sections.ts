// The sections of the console in the order of the menu.
import { cohorts } from "../cohorts/section.tsx";
import { content } from "../content/section.tsx";
import { administration, operators } from "../operators/section.tsx";
import { support } from "../support/section.tsx";
import type { Section } from "./section.ts";

export const sections: readonly Section[] = [cohorts, content, support, operators, administration];
