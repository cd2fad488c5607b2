import { PulseMonitor } from '../../../../runtime/replica/pulse-monitor.ts';
import { eventually } from '../../../support/eventually.ts';
import { assert, suite } from '../../../support/suite.ts';

const pulses = suite('replica/pulse-monitor');

pulses('names the thread that stands still, once, and no other', async () => {
  const still: number[] = [];
  const monitor = new PulseMonitor({ count: 2, timeoutMs: 80, onStill: (index) => still.push(index) });
  monitor.watch(0);
  monitor.watch(1);
  const alive = setInterval(() => Atomics.add(monitor.pulses, 1, 1), 2);
  await eventually(() => still.length > 0, { withinMs: 5000 });
  const before = Atomics.load(monitor.pulses, 1);
  // Many times the timeout in the pulses of the living one: the dead one is not told again.
  await eventually(() => Atomics.load(monitor.pulses, 1) > before + 100, { withinMs: 5000 });
  clearInterval(alive);
  monitor.close();
  assert.equal(still, [0]);
});

pulses('does not expect anything of a thread that is not watched, or not any more', async () => {
  const still: number[] = [];
  const monitor = new PulseMonitor({ count: 3, timeoutMs: 40, onStill: (index) => still.push(index) });
  monitor.watch(0);
  monitor.watch(1);
  monitor.forget(1);
  await eventually(() => still.includes(0), { withinMs: 5000 });
  monitor.close();
  assert.equal(still, [0]);
});

pulses.run();
