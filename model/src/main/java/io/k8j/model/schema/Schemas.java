package io.k8j.model.schema;

import io.k8j.model.resource.GroupVersionKind;
import java.util.List;
import java.util.Map;

/**
 * Gives the schemas of the built-in kinds. They are decoded from a resource on first use, a type at a time, and shared
 * from then on. Safe for use by several threads.
 */
public final class Schemas {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    /** Groups whose types do not lie under {@code io.k8s.api.<first word of the group>}. */
    private static final Map<String, String> PACKAGES = Map.of(
            "", "io.k8s.api.core.",
            "apiextensions.k8s.io", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.",
            "apiregistration.k8s.io", "io.k8s.kube-aggregator.pkg.apis.apiregistration.",
            "meta.k8s.io", "io.k8s.apimachinery.pkg.apis.meta.",
            "rbac.authorization.k8s.io", "io.k8s.api.rbac.");

    private Schemas() {}

    private static final class Holder {
        private static final SchemaFile FILE = SchemaFile.open();
    }

    /** The schema of that OpenAPI name, such as {@code io.k8s.api.core.v1.PodSpec}; null if there is none. */
    public static Schema type(String typeName) {
        return Holder.FILE.type(typeName);
    }

    /** Names of all types, in a fixed order. */
    public static List<String> typeNames() {
        return Holder.FILE.typeNames();
    }

    /**
     * The schema of a built-in kind, list kinds and options included. The kinds that every group version serves
     * ({@code DeleteOptions}, {@code Status}, {@code WatchEvent}, …) are found in each.
     *
     * @return null if there is no such kind
     */
    public static Schema kind(GroupVersionKind gvk) {
        if (gvk.kind().isEmpty() || gvk.version().isEmpty()) return null;
        Schema found = type(typeName(gvk));
        if (found == null || found.field("kind") == null) found = type(META + gvk.kind());
        if (found == null) return null;
        return found.field("kind") != null || gvk.kind().equals("WatchEvent") ? found : null;
    }

    /** The OpenAPI name a built-in kind would have; says nothing on whether it exists. */
    public static String typeName(GroupVersionKind gvk) {
        String group = gvk.group();
        String packageName = PACKAGES.get(group);
        if (packageName == null) {
            int dot = group.indexOf('.');
            packageName = "io.k8s.api." + (dot < 0 ? group : group.substring(0, dot)) + ".";
        }
        return packageName + gvk.version() + "." + gvk.kind();
    }
}
