import {
  decodeProperties,
  PropertySyntaxError,
  parseProperties,
} from '../../../../../runtime/config/zoo-cfg/java-properties.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('runtime/config/zoo-cfg/java-properties');

function pairs(text: string): [string, string][] {
  return parseProperties(text).map(({ key, value }) => [key, value]);
}

t('a key ends at the first =, : or blank, and blanks around it do not count', () => {
  assert.equal(pairs('a=1\nb = 2\nc: 3\nd 4\n  e\t=\t5\nf=\ng\nh==7\ni = : 8\n'), [
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
    ['d', '4'],
    ['e', '5'],
    ['f', ''],
    ['g', ''],
    ['h', '=7'],
    ['i', ': 8'],
  ]);
});

t('comments and blank lines are passed over, and the lines are still counted', () => {
  const [only] = parseProperties('# x=1\n  ! y=2\n\n   \r\nkey=value # of it\r\n');
  assert.equal(only, { key: 'key', value: 'value # of it', line: 5 });
});

t('a backslash at the end of a line joins the next one, without its leading blanks', () => {
  assert.equal(pairs('words=one,\\\n   two,\\\r\n\tthree\nlast=4'), [
    ['words', 'one,two,three'],
    ['last', '4'],
  ]);
  assert.equal(pairs('even=a\\\\\nnext=b'), [
    ['even', 'a\\'],
    ['next', 'b'],
  ]);
  assert.equal(pairs('joined=a\\\n# b'), [['joined', 'a# b']]);
  assert.equal(pairs('end=a\\'), [['end', 'a']]);
});

t('escapes stand for what Java reads in them', () => {
  assert.equal(pairs('a\\ b\\=c=\\t|\\n|\\u00fc|\\:|\\q|\\\\'), [['a b=c', '\t|\n|ü|:|q|\\']]);
  const error = assert.throws(() => parseProperties('ok=1\nbad=\\u12x4'), PropertySyntaxError);
  assert.is((error as PropertySyntaxError).line, 2);
});

t('bytes are UTF-8 where they can be, and ISO-8859-1 where not', () => {
  assert.is(decodeProperties(Buffer.from('dataDir=/größe', 'utf8')), 'dataDir=/größe');
  assert.is(decodeProperties(Buffer.from('dataDir=/größe', 'latin1')), 'dataDir=/größe');
});

t.run();
