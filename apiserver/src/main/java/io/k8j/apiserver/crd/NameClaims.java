package io.k8j.apiserver.crd;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides which of a definition's names it gets: those that no other definition of its group has been given before. */
final class NameClaims {
    private NameClaims() {}

    /**
     * What the names have come to.
     *
     * @param names what is accepted now
     * @param reason of the condition, with its message
     */
    record Verdict(Map<String, Object> names, boolean accepted, String reason, String message) {}

    /** @param others the accepted names of the other definitions of its group */
    static Verdict judge(Map<String, Object> definition, List<Map<String, Object>> others) {
        Set<Object> resources = new HashSet<>();
        Set<Object> kinds = new HashSet<>();
        for (Map<String, Object> taken : others) {
            for (String field : List.of("plural", "singular")) add(resources, taken.get(field));
            resources.addAll(Trees.list(taken, "shortNames"));
            for (String field : List.of("kind", "listKind")) add(kinds, taken.get(field));
        }
        Map<String, Object> wanted = Trees.map(definition, "spec", "names");
        Map<String, Object> had = Trees.map(definition, "status", "acceptedNames");
        Map<String, Object> names = new LinkedHashMap<>();
        String[] refusal = new String[2];
        one("plural", "PluralConflict", wanted, had, resources, names, refusal);
        one("singular", "SingularConflict", wanted, had, resources, names, refusal);
        shortNames(wanted, had, resources, names, refusal);
        one("kind", "KindConflict", wanted, had, kinds, names, refusal);
        one("listKind", "ListKindConflict", wanted, had, kinds, names, refusal);
        if (wanted.get("categories") != null) names.put("categories", Trees.deepCopy(wanted.get("categories")));
        boolean accepted = refusal[0] == null;
        return new Verdict(
                names, accepted, accepted ? "NoConflicts" : refusal[0], accepted ? "no conflicts found" : refusal[1]);
    }

    private static void add(Set<Object> taken, Object name) {
        if (name != null && !name.equals("")) taken.add(name);
    }

    private static void one(
            String field,
            String reason,
            Map<String, Object> wanted,
            Map<String, Object> had,
            Set<Object> taken,
            Map<String, Object> names,
            String[] refusal) {
        Object name = wanted.get(field);
        boolean free = name == null || name.equals(had.get(field)) || !taken.contains(name);
        Object accepted = free ? name : had.get(field);
        if (accepted != null) names.put(field, accepted);
        // Both have to be there, if empty.
        else if (field.equals("plural") || field.equals("kind")) names.put(field, "");
        if (free) return;
        refusal[0] = reason;
        refusal[1] = inUse(name);
    }

    private static void shortNames(
            Map<String, Object> wanted,
            Map<String, Object> had,
            Set<Object> taken,
            Map<String, Object> names,
            String[] refusal) {
        List<Object> before = Trees.list(had, "shortNames");
        List<String> conflicts = new ArrayList<>();
        for (Object name : Trees.list(wanted, "shortNames")) {
            if (!before.contains(name) && taken.contains(name)) conflicts.add(inUse(name));
        }
        List<Object> accepted = conflicts.isEmpty() ? Trees.list(wanted, "shortNames") : before;
        if (!accepted.isEmpty()) names.put("shortNames", new ArrayList<>(accepted));
        if (conflicts.isEmpty()) return;
        refusal[0] = "ShortNamesConflict";
        refusal[1] = conflicts.size() == 1 ? conflicts.getFirst() : "[" + String.join(", ", conflicts) + "]";
    }

    private static String inUse(Object name) {
        return "\"" + name + "\" is already in use";
    }
}
