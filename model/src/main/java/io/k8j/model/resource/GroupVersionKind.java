package io.k8j.model.resource;

/**
 * Names one version of one kind as objects do: {@code apps}, {@code v1}, {@code Deployment}.
 *
 * @param group API group; empty for the core group
 * @param version version within the group
 * @param kind CamelCase kind
 */
public record GroupVersionKind(String group, String version, String kind) {
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof GroupVersionKind o
                        && kind.equals(o.kind)
                        && group.equals(o.group)
                        && version.equals(o.version);
    }

    @Override
    public int hashCode() {
        return (group.hashCode() * 31 + version.hashCode()) * 31 + kind.hashCode();
    }

    /** Splits an {@code apiVersion} such as {@code v1} or {@code apps/v1}. */
    public static GroupVersionKind of(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return slash < 0
                ? new GroupVersionKind("", apiVersion, kind)
                : new GroupVersionKind(apiVersion.substring(0, slash), apiVersion.substring(slash + 1), kind);
    }

    /** The version as {@code apiVersion} spells it: {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }
}
