package io.k8j.apiserver.cache;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * All objects of a resource at one revision, sorted by key. Immutable: a change copies the path from the root, so that
 * taking a snapshot costs nothing and readers hold no lock. A B-tree of up to 32 entries a node.
 */
public final class SortedObjects {
    /** No objects. */
    public static final SortedObjects EMPTY = new SortedObjects(null);

    private static final int WIDTH = 32;
    private static final int SMALL = 8;

    private final Node root;

    private SortedObjects(Node root) {
        this.root = root;
    }

    private sealed interface Node {
        int size();

        String firstKey();

        int width();
    }

    private record Leaf(CachedObject[] items) implements Node {
        @Override
        public int size() {
            return items.length;
        }

        @Override
        public String firstKey() {
            return items[0].key();
        }

        @Override
        public int width() {
            return items.length;
        }
    }

    private record Branch(Node[] children, String[] keys, int size) implements Node {
        static Branch of(Node... children) {
            String[] keys = new String[children.length];
            int size = 0;
            for (int i = 0; i < children.length; i++) {
                keys[i] = children[i].firstKey();
                size += children[i].size();
            }
            return new Branch(children, keys, size);
        }

        /** The same with one child replaced by another that has its place. */
        Branch with(int child, Node node) {
            Node[] changed = children.clone();
            changed[child] = node;
            String first = node.firstKey();
            String[] names = keys;
            if (!first.equals(keys[child])) {
                names = keys.clone();
                names[child] = first;
            }
            return new Branch(changed, names, size + node.size() - children[child].size());
        }

        @Override
        public String firstKey() {
            return keys[0];
        }

        @Override
        public int width() {
            return children.length;
        }

        /** The child that holds the key if anyone does. */
        int childOf(String key) {
            int at = Arrays.binarySearch(keys, key);
            return at >= 0 ? at : Math.max(0, -at - 2);
        }
    }

    /** How many objects there are. */
    public int size() {
        return root == null ? 0 : root.size();
    }

    /** The object with that key, or null. */
    public CachedObject get(String key) {
        Node at = root;
        while (at instanceof Branch b) at = b.children[b.childOf(key)];
        if (!(at instanceof Leaf leaf)) return null;
        int i = search(leaf.items, key);
        return i >= 0 ? leaf.items[i] : null;
    }

    /** The same with one object added or replaced. */
    public SortedObjects with(CachedObject object) {
        if (root == null) return new SortedObjects(new Leaf(new CachedObject[] {object}));
        Node[] nodes = put(root, object);
        return new SortedObjects(nodes.length == 1 ? nodes[0] : Branch.of(nodes));
    }

    /** The same without the object of that key. */
    public SortedObjects without(String key) {
        if (root == null) return this;
        Node left = remove(root, key);
        while (left instanceof Branch b && b.children.length == 1) left = b.children[0];
        return left == root ? this : new SortedObjects(left);
    }

    /** How many objects have keys before this one. */
    public int countBefore(String key) {
        int count = 0;
        Node at = root;
        while (at instanceof Branch b) {
            int child = b.childOf(key);
            for (int i = 0; i < child; i++) count += b.children[i].size();
            at = b.children[child];
        }
        if (at instanceof Leaf leaf) {
            int i = search(leaf.items, key);
            count += i >= 0 ? i : -i - 1;
        }
        return count;
    }

    /**
     * Visits objects in order until the visitor returns false.
     *
     * @param from first key, included
     * @param to first key not wanted any more; null for all
     * @return whether the visitor never returned false
     */
    public boolean visit(String from, String to, Predicate<CachedObject> visitor) {
        return root == null || visit(root, from, to, visitor);
    }

    private static boolean visit(Node node, String from, String to, Predicate<CachedObject> visitor) {
        switch (node) {
            case Leaf leaf -> {
                int i = search(leaf.items, from);
                for (i = i >= 0 ? i : -i - 1; i < leaf.items.length; i++) {
                    CachedObject object = leaf.items[i];
                    if (to != null && object.key().compareTo(to) >= 0) return true;
                    if (!visitor.test(object)) return false;
                }
            }
            case Branch b -> {
                for (int i = b.childOf(from); i < b.children.length; i++) {
                    if (to != null && b.keys[i].compareTo(to) >= 0) return true;
                    if (!visit(b.children[i], from, to, visitor)) return false;
                }
            }
        }
        return true;
    }

    private static Node[] put(Node node, CachedObject object) {
        if (node instanceof Leaf leaf) {
            int i = search(leaf.items, object.key());
            if (i >= 0) {
                CachedObject[] items = leaf.items.clone();
                items[i] = object;
                return new Node[] {new Leaf(items)};
            }
            return split(insert(leaf.items, -i - 1, object), -i - 1);
        }
        Branch b = (Branch) node;
        int child = b.childOf(object.key());
        Node[] made = put(b.children[child], object);
        if (made.length == 1) return new Node[] {b.with(child, made[0])};
        Node[] children = new Node[b.children.length + 1];
        System.arraycopy(b.children, 0, children, 0, child);
        children[child] = made[0];
        children[child + 1] = made[1];
        System.arraycopy(b.children, child + 1, children, child + 2, b.children.length - child - 1);
        if (children.length <= WIDTH) return new Node[] {Branch.of(children)};
        int middle = child + 2 >= children.length ? children.length - 2 : children.length / 2;
        return new Node[] {
            Branch.of(Arrays.copyOf(children, middle)), Branch.of(Arrays.copyOfRange(children, middle, children.length))
        };
    }

    // Names often come in rising order; then the left half stays full.
    private static Node[] split(CachedObject[] items, int inserted) {
        if (items.length <= WIDTH) return new Node[] {new Leaf(items)};
        int middle = inserted == items.length - 1 ? items.length - 1 : items.length / 2;
        return new Node[] {
            new Leaf(Arrays.copyOf(items, middle)), new Leaf(Arrays.copyOfRange(items, middle, items.length))
        };
    }

    private static Node remove(Node node, String key) {
        if (node instanceof Leaf leaf) {
            int i = search(leaf.items, key);
            if (i < 0) return leaf;
            if (leaf.items.length == 1) return null;
            CachedObject[] items = new CachedObject[leaf.items.length - 1];
            System.arraycopy(leaf.items, 0, items, 0, i);
            System.arraycopy(leaf.items, i + 1, items, i, items.length - i);
            return new Leaf(items);
        }
        Branch b = (Branch) node;
        int child = b.childOf(key);
        Node left = remove(b.children[child], key);
        if (left == b.children[child]) return b;
        if (left == null && b.children.length == 1) return null;
        if (left != null && left.width() >= SMALL) return b.with(child, left);
        Node[] children = b.children.clone();
        children[child] = left;
        return Branch.of(merge(children, child));
    }

    private static Node[] merge(Node[] children, int child) {
        Node small = children[child];
        if (small == null) return cut(children, child);
        int other = child > 0 ? child - 1 : child + 1;
        if (other >= children.length || children[other].width() + small.width() > WIDTH) return children;
        Node first = children[Math.min(child, other)];
        Node second = children[Math.max(child, other)];
        Node[] cut = cut(children, Math.max(child, other));
        cut[Math.min(child, other)] = join(first, second);
        return cut;
    }

    private static Node join(Node a, Node b) {
        if (a instanceof Leaf x && b instanceof Leaf y) {
            CachedObject[] items = Arrays.copyOf(x.items, x.items.length + y.items.length);
            System.arraycopy(y.items, 0, items, x.items.length, y.items.length);
            return new Leaf(items);
        }
        Node[] x = ((Branch) a).children;
        Node[] y = ((Branch) b).children;
        Node[] children = Arrays.copyOf(x, x.length + y.length);
        System.arraycopy(y, 0, children, x.length, y.length);
        return Branch.of(children);
    }

    private static Node[] cut(Node[] nodes, int at) {
        Node[] left = new Node[nodes.length - 1];
        System.arraycopy(nodes, 0, left, 0, at);
        System.arraycopy(nodes, at + 1, left, at, left.length - at);
        return left;
    }

    private static CachedObject[] insert(CachedObject[] items, int at, CachedObject object) {
        CachedObject[] more = new CachedObject[items.length + 1];
        System.arraycopy(items, 0, more, 0, at);
        more[at] = object;
        System.arraycopy(items, at, more, at + 1, items.length - at);
        return more;
    }

    private static int search(CachedObject[] items, String key) {
        int low = 0;
        int high = items.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = items[middle].key().compareTo(key);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return -low - 1;
    }
}
