package io.k8j.model.apply;

import io.k8j.model.apply.ApplyResult.Cause;
import io.k8j.model.apply.ApplyResult.Conflicts;
import io.k8j.model.apply.Owners.Id;
import io.k8j.model.schema.Schema;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds and names the fields that an apply would take from other managers. */
final class ApplyConflicts {
    private ApplyConflicts() {}

    /** The conflicts; null if there are none. */
    static Conflicts find(
            Owners owners,
            Id self,
            VersionedComparison changes,
            Map<String, Object> live,
            Schema schema,
            ServerSideApply.Request request) {
        Map<Id, Map<String, Object>> conflicts = new LinkedHashMap<>();
        List<Id> others = new ArrayList<>(owners.entries().keySet());
        others.sort(Comparator.comparing(Id::manager)
                .thenComparing(id -> !id.applies())
                .thenComparing(Id::apiVersion)
                .thenComparing(Id::subresource));
        for (Id id : others) {
            if (id.equals(self)) continue;
            Comparison comparison = changes.in(owners.entries().get(id).apiVersion());
            if (comparison == null) continue;
            Map<String, Object> shared = FieldSets.intersection(owners.fields(id), comparison.changed());
            if (!shared.isEmpty()) conflicts.put(id, shared);
        }
        if (conflicts.isEmpty()) return null;
        if (request.manager().equals("kubectl")) {
            Map<String, Object> allowed = LastApplied.allowedConflicts(live, schema, request.apiVersion());
            conflicts.replaceAll((id, set) -> FieldSets.difference(set, allowed));
            conflicts.values().removeIf(Map::isEmpty);
            if (conflicts.isEmpty()) return null;
        }
        return describe(conflicts);
    }

    private static Conflicts describe(Map<Id, Map<String, Object>> conflicts) {
        List<Cause> causes = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        conflicts.forEach((id, set) -> {
            List<String> paths = FieldSets.paths(set);
            for (String path : paths) causes.add(new Cause("conflict with " + name(id), path));
            lines.add("conflicts with " + name(id) + ":");
            lines.addAll(paths.stream().map(path -> "- " + path).collect(Collectors.toList()));
        });
        if (causes.size() == 1) {
            Cause only = causes.getFirst();
            return new Conflicts("Apply failed with 1 conflict: " + only.message() + ": " + only.field(), causes);
        }
        String message = "Apply failed with " + causes.size() + " conflicts: " + String.join("\n", lines);
        return new Conflicts(message, List.copyOf(causes));
    }

    private static String name(Id id) {
        String name = GoText.quote(id.manager());
        if (!id.subresource().isEmpty()) name += " with subresource " + GoText.quote(id.subresource());
        return id.applies() ? name : name + " using " + id.apiVersion();
    }
}
