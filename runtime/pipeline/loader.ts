/**
 * Loading plugins: from a specifier to hooks tapped under the plugin's name.
 *
 * A specifier is a path (from the configuration file's directory), a package, or a built-in name. Whatever goes wrong
 * here (no such module, no plugin in it, `apply` throws) is a `PluginError`; the process then exits with code 4.
 * The same code loads the plugin of a handler once more on each pool thread.
 */

import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginError } from '../../core/errors.ts';
import type { Plugin } from '../../core/hooks/define.ts';
import { HookTable, type StepTable } from '../../core/hooks/plugin-hooks.ts';
import type { PluginLog } from '../../core/hooks/steps.ts';
import { builtInUrl } from './built-in.ts';

/** Where a plugin came from: enough to load it again on another thread. */
export interface PluginSource {
  readonly url: string;
  readonly options: unknown;
}

export interface LoaderOptions {
  /** Directory of the configuration file. */
  readonly directory: string;
  readonly thread: 'main' | 'handler';
  readonly log: PluginLog;
  /** Takes failures of hooks that stop nothing. */
  readonly report: (error: PluginError) => void;
}

export class PluginLoader {
  readonly hooks: HookTable;
  readonly #options: LoaderOptions;
  /** By plugin name. */
  readonly #sources = new Map<string, PluginSource>();
  /** Plugin names by module URL: a module named twice as a step is loaded once. */
  readonly #names = new Map<string, string>();

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.hooks = new HookTable(options.report);
  }

  /** Loads a plugin of the `plugins` list. @throws PluginError */
  async load(specifier: string, options: unknown): Promise<void> {
    await this.loadSource(specifier, { url: this.#urlOf(specifier), options });
  }

  /**
   * Makes sure that a step can be made: loads a path or a built-in where no plugin makes it yet.
   * @returns the name under which the hooks know the step; null when nobody makes it
   * @throws PluginError when the module cannot be loaded
   */
  async loadStep<Step>(table: StepTable<Step>, use: string): Promise<string | null> {
    if (isPath(use)) {
      const url = this.#urlOf(use);
      const name = this.#names.get(url) ?? (await this.loadSource(use, { url, options: undefined }));
      return table.pluginOf(name) === null ? null : name;
    }
    if (table.pluginOf(use) !== null) return use;
    const url = builtInUrl(table.kind, use);
    if (url === null) return null;
    await this.loadSource(use, { url, options: undefined });
    return use;
  }

  /** Where a loaded plugin came from; null for one that is not. */
  sourceOf(plugin: string): PluginSource | null {
    return this.#sources.get(plugin) ?? null;
  }

  /** @returns the plugin's name @throws PluginError under the specifier while the name is not known yet */
  async loadSource(specifier: string, source: PluginSource): Promise<string> {
    const plugin = await importPlugin(specifier, source);
    if (this.#sources.has(plugin.name)) {
      throw new PluginError(plugin.name, 'load', new Error(`a second plugin of this name comes from ${specifier}`));
    }
    this.#sources.set(plugin.name, source);
    this.#names.set(source.url, plugin.name);
    const { thread, log } = this.#options;
    try {
      plugin.apply({ hooks: this.hooks.tapsFor(plugin.name), thread, log });
    } catch (cause) {
      throw new PluginError(plugin.name, 'apply', cause);
    }
    return plugin.name;
  }

  #urlOf(specifier: string): string {
    const { directory } = this.#options;
    if (specifier.startsWith('file:')) return specifier;
    if (isPath(specifier)) return pathToFileURL(resolve(directory, specifier)).href;
    try {
      return pathToFileURL(createRequire(join(directory, 'threadkeeper.config.js')).resolve(specifier)).href;
    } catch {
      // A package that exports itself to `import` only is invisible to require: look from here, as `import` does.
      try {
        return import.meta.resolve(specifier);
      } catch (cause) {
        throw new PluginError(specifier, 'load', cause);
      }
    }
  }
}

/** Whether a specifier is a path rather than a package or a built-in name. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}[/\\]/.test(specifier) || specifier.startsWith('file:') || isAbsolute(specifier);
}

async function importPlugin(specifier: string, { url, options }: PluginSource): Promise<Plugin> {
  try {
    const module: { readonly default?: unknown } = await import(url);
    const exported = typeof module.default === 'function' ? module.default(options) : module.default;
    return parsePlugin(exported);
  } catch (cause) {
    throw new PluginError(specifier, 'load', cause);
  }
}

/** The gate for what a module exports. */
function parsePlugin(value: unknown): Plugin {
  if (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'apply' in value &&
    typeof value.apply === 'function'
  ) {
    if (!/^[\w@][\w./@-]*$/.test(value.name)) throw new TypeError(`"${value.name}" is no name for a plugin`);
    return value as Plugin;
  }
  throw new TypeError('the default export is no plugin: expected { name, apply(host) } or a function that returns one');
}
