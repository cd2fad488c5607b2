/**
 * `/livez` and `/readyz`, for who decides whether a server is restarted and whether it is sent clients (Kubernetes'
 * probes). 200 and `ok`, or 503 and one line with every reason; `?verbose` lists the checks.
 */

import type { ReplicaView } from '../replica-view.ts';

interface HealthCheck {
  readonly name: string;
  /** Why it fails; null when it holds. */
  readonly problem: (view: ReplicaView) => string | null;
}

/** That the thread answers is what this probe is for; nothing else is helped by a restart. */
const LIVE: readonly HealthCheck[] = [{ name: 'thread', problem: () => null }];

const READY: readonly HealthCheck[] = [
  ...LIVE,
  {
    name: 'quorum',
    problem: ({ replica: { role } }) =>
      role.active
        ? null
        : role.state === 'looking'
          ? 'no quorum: looking for a leader'
          : `${role.state}, not up to date`,
  },
  { name: 'storage', problem: ({ storageProblem }) => storageProblem },
];

export const HEALTH_CHECKS: ReadonlyMap<string, readonly HealthCheck[]> = new Map([
  ['/livez', LIVE],
  ['/readyz', READY],
]);

export interface Health {
  readonly status: 200 | 503;
  readonly text: string;
}

export function health(view: ReplicaView, checks: readonly HealthCheck[], detail: 'brief' | 'verbose'): Health {
  const results = checks.map(({ name, problem }) => ({ name, problem: problem(view) }));
  const problems = results.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]));
  const verdict = problems.length === 0 ? 'ok' : `not ok: ${problems.join('; ')}`;
  const lines = results.map(({ name, problem }) => (problem === null ? `[+] ${name} ok` : `[-] ${name}: ${problem}`));
  const text = [...(detail === 'verbose' ? lines : []), verdict].join('\n');
  return { status: problems.length === 0 ? 200 : 503, text: `${text}\n` };
}
