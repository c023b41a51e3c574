import { Connection } from './connection.js';
import { OP, request, type Stat } from './jute.js';

/** A node as one server shows it. */
export interface TreeNode {
  readonly data: string;
  readonly stat: Stat;
}

/** The tree below `root` as one server shows it, `/zookeeper` excepted: path → data (as latin1) and the whole Stat. */
export async function readTree(port: number, root = '/'): Promise<Map<string, TreeNode>> {
  const connection = await Connection.open(port, { within: 10_000 });
  try {
    const tree = new Map<string, TreeNode>();
    const visit = async (path: string): Promise<void> => {
      const [data, children] = await Promise.all([
        connection.call(OP.getData, request.read(path)),
        connection.call(OP.getChildren, request.read(path)),
      ]);
      if (data.error !== 0 || children.error !== 0) return;
      const bytes = data.body.buffer().toString('latin1');
      tree.set(path, { data: bytes, stat: data.body.stat() });
      const names = children.body.strings().sort();
      const below = names.map((name) => (path === '/' ? `/${name}` : `${path}/${name}`));
      await Promise.all(below.filter((child) => child !== '/zookeeper').map(visit));
    };
    await visit(root);
    return tree;
  } finally {
    await connection.close();
  }
}

/** How two trees differ, for people; empty when they are equal to the last field of each Stat. */
export function treeDifferences(left: ReadonlyMap<string, TreeNode>, right: ReadonlyMap<string, TreeNode>): string[] {
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  return paths.flatMap((path) => {
    const [a, b] = [left.get(path), right.get(path)];
    const [one, other] = [show(a), show(b)];
    return one === other ? [] : [`${path}: ${one} here, ${other} there`];
  });
}

function show(node: TreeNode | undefined): string {
  if (node === undefined) return 'missing';
  const { stat } = node;
  const fields = Object.entries(stat).map(([name, value]) => `${name}=${value}`);
  return `${JSON.stringify(node.data)} ${fields.join(' ')}`;
}

/** Reads the tree of every port and returns how the others differ from the first; empty when all are equal. */
export async function treesDiffer(ports: readonly number[], root = '/'): Promise<string[]> {
  const trees: Map<string, TreeNode>[] = [];
  for (const port of ports) trees.push(await readTree(port, root));
  return trees.slice(1).flatMap((tree, i) =>
    treeDifferences(trees[0]!, tree)
      .slice(0, 10)
      .map((difference) => `port ${ports[0]} and port ${ports[i + 1]}: ${difference}`),
  );
}
