package io.k8j.model.resource;

/**
 * Names one version of one resource as paths do: {@code apps}, {@code v1}, {@code deployments}.
 *
 * @param group API group; empty for the core group
 * @param version version within the group
 * @param resource plural, lower case
 */
public record GroupVersionResource(String group, String version, String resource) {
    // Spelled out, because each request looks several up and generated ones are slow until they are compiled.
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof GroupVersionResource o
                        && resource.equals(o.resource)
                        && group.equals(o.group)
                        && version.equals(o.version);
    }

    @Override
    public int hashCode() {
        return (group.hashCode() * 31 + version.hashCode()) * 31 + resource.hashCode();
    }

    /** The version as {@code apiVersion} spells it: {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** The resource as error messages and RBAC spell it: {@code pods} or {@code deployments.apps}. */
    public String qualified() {
        return group.isEmpty() ? resource : resource + "." + group;
    }

    /** Whether {@link #qualified} would say this; makes no string. */
    public boolean isQualified(String name) {
        if (group.isEmpty()) return resource.equals(name);
        int dot = resource.length();
        return name.length() == dot + 1 + group.length()
                && name.charAt(dot) == '.'
                && name.startsWith(resource)
                && name.endsWith(group);
    }
}
