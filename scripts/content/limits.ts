// Longest texts, in characters, and longest lists, of a line. Those of key, title and question are the tables' own.

export const LIMITS = {
  name: 120,
  title: 300,
  question: 20_000,
  choice: 2_000,
  explanation: 20_000,
  tag: 60,
  minChoices: 2,
  maxChoices: 20,
  tags: 20,
  media: 10,
  accepted: 200,
  maxAccepted: 50,
} as const;
