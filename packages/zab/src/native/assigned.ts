/** How `assigned` says what became of a forwarded request. */
export const Assigned = { txn: 0, refused: 1, failed: 2 } as const;
