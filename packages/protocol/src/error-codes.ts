/** ZooKeeper's error codes (spec §1.8). Greater than -100: system errors; less: API errors. None may be invented. */
export const ZkErrorCode = {
  ok: 0,
  systemError: -1,
  runtimeInconsistency: -2,
  dataInconsistency: -3,
  connectionLoss: -4,
  marshallingError: -5,
  unimplemented: -6,
  operationTimeout: -7,
  badArguments: -8,
  invalidState: -9,
  unknownSession: -12,
  newConfigNoQuorum: -13,
  reconfigInProgress: -14,
  sslConnectionError: -15,
  apiError: -100,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidCallback: -113,
  invalidACL: -114,
  authFailed: -115,
  closing: -116,
  nothing: -117,
  sessionMoved: -118,
  notReadOnly: -119,
  ephemeralOnLocalSession: -120,
  noWatcher: -121,
  requestTimeout: -122,
  reconfigDisabled: -123,
  sessionClosedRequireSaslAuth: -124,
  quotaExceeded: -125,
  throttledOp: -127,
} as const;

export type ZkErrorName = keyof typeof ZkErrorCode;

const NAMES: ReadonlyMap<number, ZkErrorName> = /* @__PURE__ */ new Map(
  (Object.keys(ZkErrorCode) as ZkErrorName[]).map((name) => [ZkErrorCode[name], name]),
);

/** The name of an error code, for example `noNode` for -101; `error <n>` for an unknown one. */
export function zkErrorName(code: number): string {
  return NAMES.get(code) ?? `error ${code}`;
}
