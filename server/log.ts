/** The server's log: one line an event, plain for people or JSON for machines. */

export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface ServerLog {
  /** Something that an operator wants to know. */
  info(message: string, fields?: Fields): void;
  /** Something that an operator must know. */
  warn(message: string, fields?: Fields): void;
}

export interface ServerLogOptions {
  json: boolean;
  now: () => Date;
  write: (line: string) => void;
}

export function createServerLog({ json, now, write }: ServerLogOptions): ServerLog {
  const line = (level: "info" | "warn") => (message: string, fields: Fields = {}) => {
    const time = now().toISOString();
    if (json) return write(JSON.stringify({ time, level, message, ...fields }) + "\n");
    const tail = Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : ` ${name}=${value}`
    );
    write(`${time.slice(11, 19)} ${level === "warn" ? "warning: " : ""}${message}${tail.join("")}\n`);
  };
  return { info: line("info"), warn: line("warn") };
}
