package io.k8j.apiserver.spi;

import java.util.List;
import java.util.Map;

/**
 * Who makes a request, as authentication found out.
 *
 * @param name user name, {@code system:anonymous} if nobody in particular
 * @param uid unique id, or empty
 * @param groups all groups, {@code system:authenticated} or {@code system:unauthenticated} included
 * @param extra further facts of the authenticator, such as the Pod a token is bound to
 */
public record UserInfo(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    public UserInfo {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    public static UserInfo of(String name, String... groups) {
        return new UserInfo(name, "", List.of(groups), Map.of());
    }
}
