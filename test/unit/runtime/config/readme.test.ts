/** What the README says about configuration, held against the configuration. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ENSEMBLE_CHECKS } from '../../../../runtime/config/schema.ts';
import { assert, suite } from '../../../support/suite.ts';

const readme = suite('config/readme');
const TEXT = readFileSync(fileURLToPath(new URL('../../../../../README.md', import.meta.url)), 'utf8');

readme('the README names every setting of the ensemble', () => {
  const missing = Object.keys(ENSEMBLE_CHECKS).filter((key) => !TEXT.includes(`\`${key}\``));
  assert.equal(missing, []);
});

readme.run();
