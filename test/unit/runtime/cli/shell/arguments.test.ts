import { ConfigError } from '../../../../../core/errors.ts';
import { parseAcl } from '../../../../../runtime/cli/shell/acl-text.ts';
import { parseFlags } from '../../../../../runtime/cli/shell/flags.ts';
import { parseInvocation } from '../../../../../runtime/cli/shell/invocation.ts';
import { suggest } from '../../../../../runtime/cli/shell/suggest.ts';
import { splitWords } from '../../../../../runtime/cli/shell/words.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('cli/arguments');

t('options with one dash stand before the command, which takes all that follows', () => {
  assert.equal(parseInvocation(['-server', 'a:1/x', '-timeout', '5000', 'get', '-s', '/a']), {
    server: 'a:1/x',
    timeoutMs: 5000,
    waitsForConnection: false,
    allowsReadOnly: false,
    configurationFile: null,
    json: false,
    wantsHelp: false,
    command: ['get', '-s', '/a'],
  });
});

t('without options the server is localhost:2181, and without a command there is a shell', () => {
  const { server, timeoutMs, command } = parseInvocation([]);
  assert.equal([server, timeoutMs, command], ['localhost:2181', 30_000, []]);
});

t("zkCli's other options are taken, and ours", () => {
  const invocation = parseInvocation(['-r', '-waitforconnection', '-client-configuration', 'x', '--json']);
  assert.ok(invocation.waitsForConnection && invocation.allowsReadOnly && invocation.json);
  assert.is(invocation.configurationFile, 'x');
  assert.ok(parseInvocation(['-help']).wantsHelp);
});

t('an unknown option, a missing value and a senseless timeout are refused by name', () => {
  for (const args of [['-sever', 'a'], ['-server'], ['-timeout', 'x'], ['-timeout', '0'], ['--server', 'a']]) {
    const error = assert.throws(() => parseInvocation(args), ConfigError);
    assert.match(String(error), args[0] ?? '');
    if (args[0] === '-sever') assert.match(String(error), 'Did you mean -server?');
  }
});

t('a line is split at white space, quotes hold words together and are taken off', () => {
  assert.equal(splitWords('create /a hello'), ['create', '/a', 'hello']);
  assert.equal(splitWords(`  create  '/a b'\t"x 'y' z" `), ['create', '/a b', "x 'y' z"]);
  assert.equal(splitWords(`set /a ""`), ['set', '/a', '']);
  assert.equal(splitWords(`set /a it's`), ['set', '/a', "it's"]);
  assert.equal(splitWords('   '), []);
});

function rules(flags: string, values: string) {
  const describe = '';
  return {
    options: [
      ...[...flags].map((name) => ({ name, describe })),
      ...values.split(' ').map((name) => ({ name, value: 'x', describe })),
    ],
  };
}

t('flags come together or alone, before or after the operands; values in the same word or the next', () => {
  const spec = rules('se', 't v');
  for (const words of ['-se -t 5 /a x', '-s /a -e x -t5', '/a x -est 5', '-t=5 -e -s -- /a x']) {
    const args = parseFlags(spec, words.split(' '));
    assert.equal(args.operands, ['/a', 'x'], words);
    assert.ok(args.has('s') && args.has('e'), words);
    assert.is(args.value('t'), '5', words);
    assert.not(args.has('v'));
  }
});

t('names of several letters stand after one dash, with their value behind them', () => {
  const args = parseFlags(rules('s', 'add remove file v'), [
    '-add',
    'server.1=a:1:2;3',
    '-s',
    '-remove=1,2',
    '-v',
    'ff',
  ]);
  assert.equal([args.value('add'), args.value('remove'), args.value('v')], ['server.1=a:1:2;3', '1,2', 'ff']);
  assert.ok(args.has('s'));
});

t('negative numbers, a dash and what follows two dashes are operands', () => {
  const spec = rules('s', 'v');
  assert.equal(parseFlags(spec, ['/a', '-5']).operands, ['/a', '-5']);
  assert.equal(parseFlags(spec, ['/a', '-']).operands, ['/a', '-']);
  assert.equal(parseFlags(spec, ['--', '/a', '-s']).operands, ['/a', '-s']);
  assert.is(parseFlags(spec, ['-v', '-1']).value('v'), '-1');
});

t('an option that the command does not have is refused, with what may have been meant', () => {
  assert.throws(() => parseFlags(rules('s', 'v'), ['-z', '/a']), /^Unrecognized option: -z$/);
  assert.throws(() => parseFlags(rules('s', 'remove'), ['-remvoe', '1']), /Did you mean -remove\?/);
  assert.throws(() => parseFlags(rules('', 'v'), ['/a', '--jsn']), /Did you mean --json\?/);
});

t('an option without its value is refused, and so are two that exclude each other', () => {
  assert.throws(() => parseFlags(rules('s', 'v'), ['-v']), /Missing argument for option: v/);
  assert.throws(() => parseFlags(rules('s', 'v'), ['-v', '-s']), /Missing argument for option: v/);
  const exclusive = { ...rules('', 'n b'), exclusive: ['n', 'b'] };
  assert.throws(
    () => parseFlags(exclusive, ['-n', '1', '-b', '2']),
    /The option 'b' was specified but an option from this group has already been selected: 'n'/,
  );
});

t('what may have been meant is the nearest known word, if it is near', () => {
  const known = ['get', 'getAcl', 'set', 'setAcl', 'delete', 'deleteall'];
  assert.equal(suggest('gte', known), ['get']);
  assert.equal(suggest('getacl', known), ['getAcl']);
  assert.equal(suggest('deltee', known), ['delete']);
  assert.equal(suggest('frobnicate', known), []);
  assert.equal(suggest('bet', known), ['get', 'set']);
});

t('the id of an ACL is what lies between its outer colons', () => {
  assert.equal(parseAcl('digest:user:a+b=:crw,world:anyone:r'), [
    { perms: 7, scheme: 'digest', id: 'user:a+b=' },
    { perms: 1, scheme: 'world', id: 'anyone' },
  ]);
  assert.equal(parseAcl('ip:1.2.3.4:cdrwa')[0]?.perms, 31);
  assert.throws(() => parseAcl('world:r'), /does not have the form scheme:id:perm/);
  assert.throws(() => parseAcl('world:anyone:x'), /Unknown perm type: x/);
});

t.run();
