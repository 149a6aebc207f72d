package io.k8j.model.apply;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The place a walk has reached, and the sets it collects there. Names become path elements only when something is
 * collected, because most walks find little; each set remembers how far its maps exist along the path.
 */
@SuppressWarnings("ReferenceEquality") // the same map says "unchanged"
final class FieldPath {
    private String[] elements = new String[32];
    private boolean[] bare = new boolean[32];
    private int depth;
    private final List<Collected> sets = new ArrayList<>(3);

    Collected newSet() {
        Collected set = new Collected();
        sets.add(set);
        return set;
    }

    void enterField(String name) {
        push(name, true);
    }

    void enterItem(String element) {
        push(element, false);
    }

    private void push(String element, boolean isBare) {
        if (depth == elements.length) {
            elements = Arrays.copyOf(elements, depth * 2);
            bare = Arrays.copyOf(bare, depth * 2);
        }
        elements[depth] = element;
        bare[depth++] = isBare;
    }

    void leave() {
        depth--;
        for (int i = 0; i < sets.size(); i++) sets.get(i).forgetBelow(depth);
    }

    int depth() {
        return depth;
    }

    /** Whether the walk is at a field of that name in the object's metadata. */
    boolean inMetadata() {
        return depth == 1 && (elements[0].equals("metadata") || elements[0].equals("f:metadata"));
    }

    private String element(int i) {
        if (bare[i]) {
            elements[i] = PathElements.field(elements[i]);
            bare[i] = false;
        }
        return elements[i];
    }

    /** One set under construction. */
    final class Collected {
        private final List<Map<String, Object>> nodes = new ArrayList<>();

        private Collected() {
            nodes.add(new LinkedHashMap<>());
        }

        /** The set so far, in any order. */
        Map<String, Object> set() {
            return nodes.getFirst();
        }

        /** Puts the current path into the set. */
        void add() {
            if (depth == 0) return;
            while (nodes.size() < depth) {
                Map<String, Object> parent = nodes.getLast();
                String element = element(nodes.size() - 1);
                Map<String, Object> node = FieldSets.child(parent, element);
                if (node == null || node == FieldSets.EMPTY) {
                    Map<String, Object> made = new LinkedHashMap<>();
                    if (node != null) made.put(FieldSets.SELF, FieldSets.EMPTY);
                    parent.put(element, made);
                    node = made;
                }
                nodes.add(node);
            }
            Map<String, Object> parent = nodes.get(depth - 1);
            String element = element(depth - 1);
            Map<String, Object> node = FieldSets.child(parent, element);
            if (node == null) parent.put(element, FieldSets.EMPTY);
            else if (node != FieldSets.EMPTY) node.put(FieldSets.SELF, FieldSets.EMPTY);
        }

        private void forgetBelow(int length) {
            while (nodes.size() > Math.max(1, length + 1)) nodes.removeLast();
        }
    }
}
