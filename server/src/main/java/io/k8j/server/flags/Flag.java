package io.k8j.server.flags;

import java.util.Objects;

/**
 * One flag of an upstream component.
 *
 * @param name upstream's, without dashes
 * @param type what its value looks like
 */
public record Flag(String name, FlagType type) {
    public Flag {
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(type, "type is null");
    }
}
