/** Log lines on stderr: time, level, who, what. Never holds data of znodes or secrets; those are not handed in. */

export type LogLevel = 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string) => void;

export function createLog(source: string): Log {
  return (level, message) => {
    process.stderr.write(`${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} [${source}] ${message}\n`);
  };
}

/** An error as a log shows it: name and message; the stack only of what is a bug of ours. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'InvariantViolation' ? (error.stack ?? error.message) : `${error.name}: ${error.message}`;
}
