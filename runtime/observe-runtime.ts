/** The ensemble's state as an observable. Apart, because loading RxJS takes longer than starting a replica. */

import { BehaviorSubject, type Observable } from 'rxjs';
import type { Ensemble, EnsembleState } from './ensemble.ts';

export function observeEnsemble(ensemble: Ensemble): { state$: Observable<EnsembleState>; end: () => void } {
  const states = new BehaviorSubject(ensemble.state);
  const stop = ensemble.onChange((state) => states.next(state));
  return {
    state$: states.asObservable(),
    end: () => {
      stop();
      states.complete();
    },
  };
}
