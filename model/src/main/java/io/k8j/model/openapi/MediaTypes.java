package io.k8j.model.openapi;

import java.util.List;

/**
 * What operations take and give. Custom resources know neither strategic merge patches nor protobuf, and clients rely on
 * that: kubectl sends a strategic merge patch to whatever says that it takes one.
 */
final class MediaTypes {
    private static final List<Object> PATCHES = List.of(
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/apply-patch+yaml");
    private static final List<Object> CUSTOM_PATCHES =
            List.of("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml");
    private static final List<Object> PLAIN =
            List.of("application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
    private static final List<Object> CUSTOM = List.of("application/json", "application/yaml");
    private static final List<Object> STREAMED = List.of(
            "application/json",
            "application/yaml",
            "application/vnd.kubernetes.protobuf",
            "application/json;stream=watch",
            "application/vnd.kubernetes.protobuf;stream=watch");
    private static final List<Object> ANY = List.of("*/*");

    private MediaTypes() {}

    /** Types of the body that an operation reads. */
    static List<Object> taken(String verb, ApiKind kind) {
        if (verb.equals("patch")) return kind.custom() ? CUSTOM_PATCHES : PATCHES;
        return kind.custom() ? CUSTOM : ANY;
    }

    /** Types of its answers. */
    static List<Object> given(String verb, ApiKind kind) {
        if (verb.equals("connect")) return ANY;
        if (kind.custom()) return CUSTOM;
        return verb.equals("list") ? STREAMED : PLAIN;
    }
}
