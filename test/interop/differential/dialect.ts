/** The version of Apache ZooKeeper that a run compares us with. Our baseline is 3.9; Debian has 3.8.0. */
export type Dialect = '3.8' | '3.9';
