/** Begins a report among the lines that a child isolate prints: a control character that no log line begins with. */
export const MARK = "\u001e";
