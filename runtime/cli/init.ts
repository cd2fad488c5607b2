/**
 * `threadkeeper init [DIR]`: the files to begin with, ready to run: a configuration with one pipeline, and the handler
 * plugin that it uses. Files that are there already are left alone: then nothing is written at all.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ExitCode } from './exit-code.ts';

export interface InitOptions {
  readonly directory: string;
}

const CONFIGURATION = {
  ensemble: { replicas: 3, clientPort: 2181, dataDir: './data' },
  znodes: { '/config': 'initial_value' },
  pipelines: [
    {
      name: 'greetings',
      topic: 'guests',
      generator: { use: 'interval', options: { everyMs: 1000, type: 'arrived' } },
      handler: { use: './plugins/greeter.js', options: { greeting: 'hello' } },
    },
  ],
};

const PLUGIN = `/** A handler: keeps a greeting for the latest guest in a znode. See threadkeeper/plugin for all that plugins can do. */

import { defineHandler, fields, text } from 'threadkeeper/plugin';

export default defineHandler({
  name: 'greeter',
  options: fields({ greeting: text('hello') }),
  create: ({ greeting }) => ({
    // What it returns is applied by the runtime, once for each event, whatever fails in between.
    handle({ data }) {
      return { znodes: [{ type: 'put', path: '/greetings', data: \`\${greeting}, guest \${data.tick}\` }] };
    },
  }),
});
`;

const MANIFEST = { name: 'my-ensemble', private: true, type: 'module', scripts: { start: 'threadkeeper start' } };

/** @returns the exit code: 1 if a file is in the way */
export function runInit({ directory }: InitOptions): ExitCode {
  const root = resolve(directory);
  const files: readonly (readonly [path: string, content: string])[] = [
    ['.threadkeeperrc.json', json(CONFIGURATION)],
    [join('plugins', 'greeter.js'), PLUGIN],
    // A project has one already; without, Node would not take the plugin for a module.
    ...(existsSync(join(root, 'package.json')) ? [] : ([['package.json', json(MANIFEST)]] as const)),
  ];
  const inTheWay = files.filter(([path]) => existsSync(join(root, path))).map(([path]) => path);
  if (inTheWay.length > 0) {
    console.error(`threadkeeper: ${root} has ${inTheWay.join(' and ')} already; nothing was written`);
    return ExitCode.failure;
  }
  try {
    for (const [path, content] of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content, { flag: 'wx' });
    }
  } catch (error) {
    console.error(`threadkeeper: ${error instanceof Error ? error.message : String(error)}`);
    return ExitCode.failure;
  }
  const place = relative(process.cwd(), root);
  console.log(
    [
      ...files.map(([path]) => `wrote ${join(place, path)}`),
      '',
      'Next:',
      ...(place === '' ? [] : [`  cd ${place}`]),
      '  npm install threadkeeper',
      '  npx threadkeeper start',
      '  npx threadkeeper cli get -w /greetings',
    ].join('\n'),
  );
  return ExitCode.ok;
}

function json(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
