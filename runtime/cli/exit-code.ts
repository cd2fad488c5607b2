/** What a command ends with; scripts rely on these (README, "The command line"). */
export const ExitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  cannotConnect: 3,
  pluginFailed: 4,
  commandNotFound: 127,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
