/** A module whose default export is no plugin. */

export default { hello: 'world' };
