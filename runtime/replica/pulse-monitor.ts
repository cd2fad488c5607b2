/**
 * Finds threads that stand still: each counts up its own number in shared memory, and a number that has not moved for
 * `timeoutMs` belongs to a thread that is blocked. Counted in looks and not in time: when the whole process was
 * suspended, nobody's pulse has stopped.
 */

const LOOKS_PER_TIMEOUT = 4;

export interface PulseMonitorOptions {
  readonly count: number;
  readonly timeoutMs: number;
  /** The thread of this index has not moved for so long. Told once; `watch` it again when a new one took its place. */
  readonly onStill: (index: number) => void;
}

interface Patient {
  pulse: number;
  missed: number;
}

export class PulseMonitor {
  /** To be handed to the threads; each adds to its own index. */
  readonly pulses: Int32Array;
  readonly #onStill: (index: number) => void;
  readonly #patients = new Map<number, Patient>();
  readonly #timer: NodeJS.Timeout;

  constructor({ count, timeoutMs, onStill }: PulseMonitorOptions) {
    this.pulses = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * count));
    this.#onStill = onStill;
    this.#timer = setInterval(() => this.#look(), timeoutMs / LOOKS_PER_TIMEOUT);
    this.#timer.unref();
  }

  /** From now on this thread is expected to move. */
  watch(index: number): void {
    this.#patients.set(index, { pulse: Atomics.load(this.pulses, index), missed: 0 });
  }

  forget(index: number): void {
    this.#patients.delete(index);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [index, patient] of this.#patients) {
      const pulse = Atomics.load(this.pulses, index);
      patient.missed = pulse === patient.pulse ? patient.missed + 1 : 0;
      patient.pulse = pulse;
      if (patient.missed < LOOKS_PER_TIMEOUT) continue;
      this.#patients.delete(index);
      this.#onStill(index);
    }
  }
}
