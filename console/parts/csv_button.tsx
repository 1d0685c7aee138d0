// Saves rows as a CSV file that a spreadsheet opens.
import { useState } from "preact/hooks";
import { csvOf, type Row } from "../data/csv.ts";
import { announce } from "../shell/announce.tsx";
import { countText } from "./format.ts";
import { Failed } from "./states.tsx";

function save(name: string, text: string): void {
  // The mark in front makes a spreadsheet read UTF-8.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Reads all pages of a view, and saves them with all columns of the contract but the cursor. */
export function CsvButton({ name, read }: { name: string; read: () => Promise<readonly Row[]> }) {
  const [state, setState] = useState<"idle" | "busy" | { error: unknown }>("idle");
  const start = async () => {
    setState("busy");
    try {
      const rows = await read();
      const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "cursor");
      save(`${name}.csv`, csvOf(columns, rows));
      announce(`${countText(rows.length, "row")} saved as ${name}.csv.`);
      setState("idle");
    } catch (error) {
      setState({ error });
    }
  };
  return (
    <>
      <button type="button" onClick={start} disabled={state === "busy"}>
        {state === "busy" ? "Reading …" : "Save as CSV"}
      </button>
      {typeof state === "object" && <Failed error={state.error} retry={start} />}
    </>
  );
}
