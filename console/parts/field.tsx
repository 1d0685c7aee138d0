// Fields of forms: a label, a hint, and an error that a screen reader reads with the field.
import { type ComponentChildren, h } from "preact";
import { useId } from "preact/hooks";

interface Labelled {
  label: string;
  hint?: string | undefined;
  error?: string | null | undefined;
}

/** Ids that tie the texts to the field. */
function useTexts(hint: string | undefined, error: string | null | undefined) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return { id, described };
}

function Framed(
  { id, label, hint, error, children }: Labelled & { id: string; children: ComponentChildren },
) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="field-error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

interface FieldProps extends Labelled {
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "email" | "password" | "search" | "datetime-local" | "number";
  autoComplete?: string;
  required?: boolean;
  maxLength?: number;
}

/** One line of text. */
export function Field({ label, hint, error, value, onValue, type = "text", ...more }: FieldProps) {
  const { id, described } = useTexts(hint, error);
  return (
    <Framed id={id} label={label} hint={hint} error={error}>
      {h("input", {
        ...more,
        id,
        type,
        value,
        "aria-describedby": described,
        "aria-invalid": error ? true : undefined,
        onInput: (event) => onValue(event.currentTarget.value),
      })}
    </Framed>
  );
}

/** Several lines of text. */
export function TextArea(
  { label, hint, error, value, onValue, rows = 8 }: Labelled & {
    value: string;
    onValue: (value: string) => void;
    rows?: number;
  },
) {
  const { id, described } = useTexts(hint, error);
  return (
    <Framed id={id} label={label} hint={hint} error={error}>
      <textarea
        id={id}
        rows={rows}
        spellcheck={false}
        aria-describedby={described}
        aria-invalid={error ? true : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
        value={value}
      />
    </Framed>
  );
}

/** A choice of a list. */
export function Select(
  { label, hint, error, value, onValue, options }: Labelled & {
    value: string;
    onValue: (value: string) => void;
    /** Values with their labels. */
    options: readonly (readonly [value: string, label: string])[];
  },
) {
  const { id, described } = useTexts(hint, error);
  return (
    <Framed id={id} label={label} hint={hint} error={error}>
      <select
        id={id}
        value={value}
        aria-describedby={described}
        onChange={(event) => onValue(event.currentTarget.value)}
      >
        {options.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
      </select>
    </Framed>
  );
}
