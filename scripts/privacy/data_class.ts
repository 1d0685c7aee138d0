// The classes of personal data, and how a table's columns are written down.

/** What a column says about a person. */
export type DataClass = "identity" | "device" | "activity" | "content" | "text" | "staff" | "technical";

/** What the classes mean. */
export const CLASSES: Readonly<Record<DataClass, string>> = {
  identity: "names a person: the id of an account or a learner",
  device: "names or describes a device, a sign-in session or a network address",
  activity: "what a learner did, when, and how it was judged",
  content: "what a learner answered, or a copy of such rows",
  text: "free text of staff or of an app",
  staff: "names a member of staff",
  technical: "counters and times that only the service reads",
};

/** What an erasure does to the rows about a learner. */
export type Erasure = "deleted" | "redacted" | "kept" | "expires" | "moves on";

/** A table with its columns: name, type (`?`: may be null), and the class where the column is personal. */
export interface TableData {
  /** What its rows are; only of a table with personal data. */
  what?: string;
  erasure?: Erasure;
  columns: string;
}
