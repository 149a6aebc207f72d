package io.k8j.apiserver.http;

import io.k8j.model.resource.GroupVersionKind;
import java.util.Map;

/** The names of upstream's Go types, which some of its refusals show. */
final class GoTypeName {
    private static final Map<String, String> PACKAGES = Map.of(
            "", "core",
            "events.k8s.io", "core",
            "internal.apiserver.k8s.io", "apiserverinternal");

    private GoTypeName() {}

    /** @param custom whether the kind comes from a definition, so that no type was made for it */
    static String of(GroupVersionKind kind, boolean custom) {
        if (custom)
            return kind.kind().endsWith("List") ? "*unstructured.UnstructuredList" : "*unstructured.Unstructured";
        String group = kind.group();
        int dot = group.indexOf('.');
        String first = dot < 0 ? group : group.substring(0, dot);
        return "*" + PACKAGES.getOrDefault(group, first) + "." + kind.kind();
    }
}
