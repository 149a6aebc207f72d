package io.k8j.apiserver.printer;

/** Finds the documentation that a column shows. */
final class Docs {
    static final String NAME = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#name";
    static final String CREATED = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#creationTimestamp";

    private Docs() {}

    /** A reference to the documentation of a field of a group's type, such as {@code core.v1.PodStatus}. */
    static String field(String type, String field) {
        return "#io.k8s.api." + type + "#" + field;
    }

    /** Resolves a reference; gives other texts as they are. */
    static String of(String text) {
        return text.startsWith("#") ? "" : text;
    }
}
