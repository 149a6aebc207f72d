package io.k8j.e2e.conformance;

/** Texts of Pods. */
final class Pods {
    static final String IMAGE = "example.test/pause:1";

    private Pods() {}

    /** A Pod with one container. @param more further fields of the spec, as YAML in flow form: {@code a: 1, b: 2} */
    static String yaml(String name, String more) {
        return labelled(name, "name: " + name, more);
    }

    /** A Pod with one container and labels, in flow form. */
    static String labelled(String name, String labels, String more) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: %s, labels: {%s}}, spec: {%s}}"
                .formatted(name, labels, (more.isEmpty() ? "" : more + ", ") + container(""));
    }

    /** The containers of a Pod: one. @param more further fields of it */
    static String container(String more) {
        return "containers: [{name: c, image: '%s'%s}]".formatted(IMAGE, more.isEmpty() ? "" : ", " + more);
    }

    /** A template with one container. */
    static String template(String labels) {
        return "template: {metadata: {labels: {%s}}, spec: {%s}}".formatted(labels, container(""));
    }
}
