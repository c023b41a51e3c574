import { ByteReader, ZXID_ZERO } from '@quorate/interfaces';
import { OPEN_ACL_UNSAFE, READ_ACL_UNSAFE } from '@quorate/protocol';
import { ROOT } from './node-rows.js';
import { CONFIG_PATH, type NodeContent, type NodeTable } from './node-table.js';

/** Adds the nodes of a fresh database below the root (spec §2.4): all stat zero, data empty and not null. */
export function addSystemNodes(tree: NodeTable): void {
  const content: NodeContent = {
    source: new ByteReader(),
    dataStart: 0,
    dataLength: 0,
    acl: OPEN_ACL_UNSAFE,
    type: 0,
    ownerHi: 0,
    ownerLo: 0,
  };
  const system = tree.create(ROOT, '/zookeeper', content, ZXID_ZERO, 0);
  tree.create(system, '/zookeeper/quota', content, ZXID_ZERO, 0);
  const config = tree.create(system, CONFIG_PATH, content, ZXID_ZERO, 0);
  tree.setAcl(config, READ_ACL_UNSAFE, -1);
}

/** Sets what this server knows as the ensemble's configuration: locally, with version -1 and no zxid of its own. */
export function putConfig(tree: NodeTable, data: Uint8Array): void {
  const config = tree.find(CONFIG_PATH);
  if (config < 0) return;
  tree.setData(config, new ByteReader(data), 0, data.length, -1, tree.mzxid(config), tree.mtime(config));
}
