import { OpCode } from '@quorate/protocol';
import { isWriteOperation } from '@quorate/znode';

/** What becomes of a request, by its opcode. */
export const Route = {
  /** Unknown, or not a client's to ask (T46, T85): Unimplemented, then the connection closes. */
  refuse: 0,
  read: 1,
  write: 2,
  sync: 3,
  auth: 4,
  sasl: 5,
  close: 6,
} as const;

const READS = [
  OpCode.exists,
  OpCode.getData,
  OpCode.getACL,
  OpCode.getChildren,
  OpCode.getChildren2,
  OpCode.checkWatches,
  OpCode.removeWatches,
  OpCode.multiRead,
  OpCode.setWatches,
  OpCode.getEphemerals,
  OpCode.getAllChildrenNumber,
  OpCode.setWatches2,
  OpCode.addWatch,
  OpCode.whoAmI,
] as const;

/** Opcodes 0 … 127, the writes among them to be asked of the tree. */
const TABLE = new Uint8Array(128);
for (const opcode of READS) TABLE[opcode] = Route.read;
TABLE[OpCode.sync] = Route.sync;
TABLE[OpCode.auth] = Route.auth;
TABLE[OpCode.sasl] = Route.sasl;

/** Writes that only the ensemble itself makes (T46, T85). */
function isInternal(opcode: number): boolean {
  return opcode === OpCode.check || opcode === OpCode.deleteContainer || opcode <= 0;
}

export function routeOf(opcode: number): number {
  const route = opcode >= 0 && opcode < TABLE.length ? TABLE[opcode]! : Route.refuse;
  if (route !== Route.refuse) return route;
  if (opcode === OpCode.closeSession) return Route.close;
  return !isInternal(opcode) && isWriteOperation(opcode) ? Route.write : Route.refuse;
}

/** Whether its execution sends events of its own, which come before the reply (zk-client-spec 2.9). */
export function sendsEvents(opcode: number): boolean {
  return opcode === OpCode.setWatches || opcode === OpCode.setWatches2;
}

/** The codes of `lop=` in `cons`. */
const SHORT_NAMES: ReadonlyMap<number, string> = new Map([
  [OpCode.createSession, 'SESS'],
  [OpCode.ping, 'PING'],
  [OpCode.create, 'CREA'],
  [OpCode.create2, 'CREA'],
  [OpCode.createContainer, 'CREA'],
  [OpCode.createTTL, 'CREA'],
  [OpCode.delete, 'DELE'],
  [OpCode.exists, 'EXIS'],
  [OpCode.getData, 'GETD'],
  [OpCode.setData, 'SETD'],
  [OpCode.getChildren, 'GETC'],
  [OpCode.getChildren2, 'GETC'],
  [OpCode.getAllChildrenNumber, 'GETACN'],
  [OpCode.getACL, 'GETA'],
  [OpCode.setACL, 'SETA'],
  [OpCode.sync, 'SYNC'],
  [OpCode.multi, 'MULT'],
  [OpCode.multiRead, 'MLTR'],
  [OpCode.check, 'CHEC'],
  [OpCode.closeSession, 'CLOS'],
  [OpCode.setWatches, 'SETW'],
  [OpCode.setWatches2, 'STW2'],
  [OpCode.addWatch, 'ADDW'],
  [OpCode.checkWatches, 'CHKW'],
  [OpCode.removeWatches, 'REMW'],
  [OpCode.getEphemerals, 'GETE'],
  [OpCode.whoAmI, 'HOMI'],
  [OpCode.reconfig, 'RECO'],
]);

export function shortOpName(opcode: number): string {
  return SHORT_NAMES.get(opcode) ?? 'NA';
}
