/**
 * Java's login configuration, as far as ZooKeeper needs it: the users in a server's section `Server`, and the one that a
 * client is in its section `Client`.
 *
 *     Server {
 *       org.apache.zookeeper.server.auth.DigestLoginModule required
 *       user_alice="her password"
 *       user_bob="his password";
 *     };
 *     Client {
 *       org.apache.zookeeper.server.auth.DigestLoginModule required
 *       username="alice"
 *       password="her password";
 *     };
 *
 * Messages name places, never values: those are passwords.
 */

const USER_PREFIX = 'user_';
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

type Token = { readonly type: 'text'; readonly text: string } | { readonly type: 'sign'; readonly text: string };

/** @returns passwords by user; null when there is no such section @throws SyntaxError with the number of the line */
export function readJaasUsers(content: string, section: string): ReadonlyMap<string, string> | null {
  const options = readJaasSection(content, section);
  if (options === null) return null;
  const users = [...options].filter(([key]) => key.startsWith(USER_PREFIX));
  return new Map(users.map(([key, password]) => [key.slice(USER_PREFIX.length), password]));
}

/** @returns a section's options; null when there is no such section @throws SyntaxError with the number of the line */
export function readJaasSection(content: string, section: string): ReadonlyMap<string, string> | null {
  const tokens = new Tokens(content);
  while (!tokens.isAtEnd) {
    const name = tokens.takeText('the name of a section');
    const options = readSection(tokens);
    if (name === section) return options;
  }
  return null;
}

/** The options of all login modules of a section, up to its end. */
function readSection(tokens: Tokens): Map<string, string> {
  const options = new Map<string, string>();
  tokens.takeSign('{');
  while (!tokens.skipSign('}')) {
    tokens.takeText('the class of a login module');
    tokens.takeText('required or another flag');
    while (!tokens.skipSign(';')) {
      const key = tokens.takeText('an option, or ;');
      tokens.takeSign('=');
      options.set(key, tokens.takeText('a value'));
    }
  }
  tokens.takeSign(';');
  return options;
}

class Tokens {
  readonly #content: string;
  #at = 0;
  #next: Token | null;

  constructor(content: string) {
    this.#content = content;
    this.#next = this.#read();
  }

  get isAtEnd(): boolean {
    return this.#next === null;
  }

  takeText(expected: string): string {
    const token = this.#next;
    if (token?.type !== 'text') throw this.#problem(expected);
    this.#next = this.#read();
    return token.text;
  }

  takeSign(sign: string): void {
    if (!this.skipSign(sign)) throw this.#problem(sign);
  }

  skipSign(sign: string): boolean {
    if (this.#next?.type !== 'sign' || this.#next.text !== sign) {
      if (this.#next === null) throw this.#problem(sign);
      return false;
    }
    this.#next = this.#read();
    return true;
  }

  #read(): Token | null {
    const pattern = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*(?:([{};=])|"((?:[^"\\\n]|\\.)*)"|([^\s{};="]+))?/y;
    pattern.lastIndex = this.#at;
    const [, sign, quoted, word] = pattern.exec(this.#content) ?? [];
    this.#at = pattern.lastIndex;
    if (sign !== undefined) return { type: 'sign', text: sign };
    const text = quoted?.replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped) ?? word;
    if (text !== undefined) return { type: 'text', text };
    if (this.#at < this.#content.length) throw this.#problem('a quote that ends on its line');
    return null;
  }

  #problem(expected: string): SyntaxError {
    const line = this.#content.slice(0, this.#at).split('\n').length;
    return new SyntaxError(`line ${line}: expected ${expected}`);
  }
}
