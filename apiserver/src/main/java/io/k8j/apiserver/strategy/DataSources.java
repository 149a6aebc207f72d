package io.k8j.apiserver.strategy;

import io.k8j.model.json.Trees;
import java.util.Map;

/** Where a claim's volume gets its content from: two spellings of one wish. */
final class DataSources {
    private DataSources() {}

    /**
     * Brings the two spellings together: what only the newer one can say is taken from the older one without a word, as
     * ever, and whoever gives one gets both.
     *
     * @param old null for a new claim
     */
    static void prepare(Map<String, Object> claim, Map<String, Object> old) {
        Map<String, Object> spec = Trees.map(claim, "spec");
        if (spec.isEmpty()) return;
        boolean otherNamespace = !text(spec, "dataSourceRef", "namespace").isEmpty();
        // CrossNamespaceVolumeDataSource is off
        if (otherNamespace && Trees.get(old, "spec", "dataSourceRef") == null) spec.remove("dataSourceRef");
        boolean inUse = Trees.get(old, "spec", "dataSource") != null || Trees.get(old, "spec", "dataSourceRef") != null;
        if (!inUse && spec.get("dataSourceRef") == null && !isClaimOrSnapshot(spec)) spec.remove("dataSource");
        mirror(spec);
    }

    private static void mirror(Map<String, Object> spec) {
        Object source = spec.get("dataSource");
        Object ref = spec.get("dataSourceRef");
        if (source != null && ref == null) {
            spec.put("dataSourceRef", Trees.deepCopy(source));
        } else if (ref instanceof Map<?, ?> map
                && source == null
                && text(spec, "dataSourceRef", "namespace").isEmpty()) {
            Map<String, Object> copy = Trees.deepCopy(Trees.asMap(map));
            copy.remove("namespace");
            spec.put("dataSource", copy);
        }
    }

    private static boolean isClaimOrSnapshot(Map<String, Object> spec) {
        String group = text(spec, "dataSource", "apiGroup");
        return switch (text(spec, "dataSource", "kind")) {
            case "PersistentVolumeClaim" -> group.isEmpty();
            case "VolumeSnapshot" -> group.equals("snapshot.storage.k8s.io");
            default -> false;
        };
    }

    private static String text(Map<String, Object> spec, String... path) {
        String text = Trees.string(spec, path);
        return text == null ? "" : text;
    }
}
