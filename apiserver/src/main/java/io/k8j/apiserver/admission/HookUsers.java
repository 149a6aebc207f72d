package io.k8j.apiserver.admission;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;

/**
 * As whom webhooks are asked, by their addresses.
 *
 * @param byName users under {@code host:port}, {@code host} (port 443), both with {@code *.} in place of the first
 *     labels, or {@code *} for all others
 * @param otherwise whoever asks where none of these fits
 */
public record HookUsers(Map<String, User> byName, User otherwise) {
    public static final HookUsers NONE = new HookUsers(Map.of(), User.ANONYMOUS);

    private static final String TLS_PORT = ":443";

    public HookUsers {
        byName = Map.copyOf(byName);
    }

    /**
     * One identity.
     *
     * @param keys shows the client certificate; null for none
     * @param authorization gives the header's value for each request; empty answer for none
     * @param headers further headers of each request
     * @param refused is told that a server does not know the identity
     */
    public record User(
            List<KeyManager> keys,
            Supplier<Optional<String>> authorization,
            Map<String, List<String>> headers,
            Runnable refused) {
        public static final User ANONYMOUS = new User(List.of(), Optional::empty, Map.of(), () -> {});

        public User {
            keys = List.copyOf(keys);
            headers = Map.copyOf(headers);
        }
    }

    /** The user for an address such as {@code name.namespace.svc:443}. */
    public User of(String hostPort) {
        User found = find(hostPort);
        if (found == null && hostPort.endsWith(TLS_PORT)) found = find(host(hostPort));
        if (found == null) found = byName.get("*");
        return found == null ? otherwise : found;
    }

    private User find(String target) {
        User found = byName.get(target);
        for (int dot = target.indexOf('.'); found == null && dot >= 0; dot = target.indexOf('.', dot + 1)) {
            found = byName.get("*" + target.substring(dot));
        }
        return found;
    }

    private static String host(String hostPort) {
        String host = hostPort.substring(0, hostPort.length() - TLS_PORT.length());
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
