/**
 * Checking a step's options against the Standard Schema of its plugin.
 *
 * In: options as the configuration has them, still unknown. Out: what the schema made of them. Faults are configuration
 * problems with the full key, so that they read like those of the file's own keys.
 */

import { ConfigError } from '../../core/errors.ts';
import type { StandardIssue } from '../../core/hooks/standard-schema.ts';
import type { StepRecipe } from '../../core/hooks/steps.ts';

/** Where the options stand: file (or program) and dotted key. */
export interface OptionsPlace {
  readonly origin: string;
  readonly key: string;
}

/** @throws ConfigError with every fault */
export async function checkOptions<Step>(
  recipe: StepRecipe<Step>,
  options: unknown,
  { origin, key }: OptionsPlace,
): Promise<unknown> {
  if (recipe.options === undefined) {
    if (options === undefined) return undefined;
    throw new ConfigError([
      { origin, key, expected: 'no options: this plugin takes none', found: JSON.stringify(options) },
    ]);
  }
  const result = await recipe.options['~standard'].validate(options);
  if (result.issues === undefined) return result.value;
  throw new ConfigError(
    result.issues.map((issue) => ({ origin, key: `${key}${pathOf(issue)}`, ...expectation(issue.message) })),
  );
}

/** A message of our own schemas says "expected …, found …"; any other is shown as it is. */
function expectation(message: string): { readonly expected: string; readonly found: string | null } {
  const match = /^expected (.*), found (.*)$/s.exec(message);
  if (match?.[1] !== undefined && match[2] !== undefined) return { expected: match[1], found: match[2] };
  return { expected: message.replace(/^expected /, ''), found: null };
}

function pathOf({ path = [] }: StandardIssue): string {
  return path
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
}
