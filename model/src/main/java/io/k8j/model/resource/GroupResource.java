package io.k8j.model.resource;

/**
 * Names a resource whatever its version, as authorization, storage and error messages do.
 *
 * @param group empty for the core group
 * @param resource such as {@code pods}
 */
public record GroupResource(String group, String resource) {
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof GroupResource o && resource.equals(o.resource) && group.equals(o.group);
    }

    @Override
    public int hashCode() {
        return group.hashCode() * 31 + resource.hashCode();
    }

    /** Upstream's words for it in messages: {@code deployments.apps}, or {@code pods} for the core group. */
    @Override
    public String toString() {
        return group.isEmpty() ? resource : resource + "." + group;
    }
}
