import { boundedLog } from '../../../../runtime/replica/bounded-log.ts';
import { assert, suite } from '../../../support/suite.ts';

const bounded = suite('replica/bounded-log');

function scene() {
  const lines: string[] = [];
  const timers: (() => void)[] = [];
  const clock = { ms: 5000 };
  const log = boundedLog((level, message) => lines.push(`${level} ${message}`), {
    linesMax: 2,
    windowMs: 1000,
    nowMs: () => clock.ms,
    after: (_, call) => timers.push(call),
  });
  return { lines, timers, clock, log };
}

bounded('the first lines of a window are written, the others counted and told when it is over', () => {
  const { lines, timers, log } = scene();
  for (let count = 1; count <= 5; count++) log('warn', `line ${count}`);
  assert.equal(lines, ['warn line 1', 'warn line 2']);
  assert.is(timers.length, 1);
  for (const timer of timers) timer();
  assert.equal(lines.slice(2), ['warn and 3 more lines about connections within 1000 ms, left out']);
});

bounded('a new window writes again, and tells first what the last one left out', () => {
  const { lines, timers, clock, log } = scene();
  for (let count = 1; count <= 3; count++) log('warn', `line ${count}`);
  clock.ms += 1000;
  log('warn', 'line 4');
  for (const timer of timers) timer();
  assert.equal(lines.slice(2), ['warn and 1 more lines about connections within 1000 ms, left out', 'warn line 4']);
});

bounded('a quiet port is never silenced', () => {
  const { lines, timers, clock, log } = scene();
  for (let count = 1; count <= 10; count++) {
    log('info', `line ${count}`);
    clock.ms += 500;
  }
  assert.is(lines.length, 10);
  assert.equal(timers, []);
});

bounded.run();
