// Memory and CPU time of a process, from /proc where there is one and from ps elsewhere.

/** What a process has used so far. */
export interface ProcessUsage {
  /** Resident memory, in bytes. */
  rssBytes: number;
  /** Its highest value so far; unknown without /proc. */
  peakRssBytes?: number;
  /** User and system time of all threads, in milliseconds. */
  cpuMs: number;
}

/** /proc counts time in ticks of 10 ms on every Linux that Deno runs on. */
const MS_PER_TICK = 10;

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
}

async function fromProc(pid: number): Promise<ProcessUsage> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // After the name in parentheses, which may hold anything: fields 14 and 15 of proc(5) are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    rssBytes: kilobytes(status, "VmRSS"),
    peakRssBytes: kilobytes(status, "VmHWM"),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
  };
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`, as ps prints it, in milliseconds. */
export function parsePsTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-") : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
}

async function fromPs(pid: number): Promise<ProcessUsage | undefined> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=,time=", "-p", String(pid)] }).output();
  const [rss, time] = new TextDecoder().decode(stdout).trim().split(/\s+/);
  return rss && time ? { rssBytes: Number(rss) * 1024, cpuMs: parsePsTime(time) } : undefined;
}

/** What a process has used, or undefined where it is gone. */
export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  if (Deno.build.os !== "linux") return await fromPs(pid);
  try {
    return await fromProc(pid);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
