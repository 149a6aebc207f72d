package io.k8j.apiserver.authn;

import java.util.Set;

/**
 * Whether requests without credentials are served, as {@code system:anonymous}.
 *
 * @param paths the only paths where they are; empty for all
 */
public record AnonymousAccess(boolean enabled, Set<String> paths) {
    public static final AnonymousAccess EVERYWHERE = new AnonymousAccess(true, Set.of());
    public static final AnonymousAccess NOWHERE = new AnonymousAccess(false, Set.of());

    public AnonymousAccess {
        paths = Set.copyOf(paths);
    }

    boolean allows(String path) {
        return enabled && (paths.isEmpty() || paths.contains(path));
    }
}
