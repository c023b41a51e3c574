/** The version of these packages. */
export const QUORATE_VERSION = '0.1.0';
const BUILT_ON = '2026-11-23 00:00 UTC';

/** What tools read as the server's version: the ZooKeeper release whose behaviour this is, then our own. */
export const ZOOKEEPER_VERSION = `3.9.4-quorate-${QUORATE_VERSION}, built on ${BUILT_ON}`;
