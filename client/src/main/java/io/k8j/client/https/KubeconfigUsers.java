package io.k8j.client.https;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The users of a kubeconfig file, without regard to servers.
 *
 * @param byName in the file's order
 * @param current name of the current context's user; empty for none
 */
public record KubeconfigUsers(Map<String, User> byName, String current) {
    public KubeconfigUsers {
        byName = Map.copyOf(byName);
    }

    /**
     * One user's credentials.
     *
     * @param certificate PEM client certificate; empty if none
     * @param key PEM key of it
     * @param token gives the bearer token for each request; empty answer for none
     * @param username for basic authentication; empty if none
     * @param impersonation headers that ask for another identity
     * @param exec gives token and certificate if the file has none; null for nobody
     */
    public record User(
            byte[] certificate,
            byte[] key,
            Supplier<Optional<String>> token,
            String username,
            String password,
            Map<String, List<String>> impersonation,
            ExecCredentials exec) {}

    /**
     * Reads a file.
     *
     * @throws IOException if it or a file that it names cannot be read
     * @throws IllegalArgumentException if its content is wrong; the message names what
     */
    public static KubeconfigUsers read(Path file) throws IOException {
        Map<?, ?> root = Kubeconfig.map(Kubeconfig.load(Files.readString(file)), "kubeconfig");
        Path folder = file.toAbsolutePath().getParent();
        Map<String, User> users = new LinkedHashMap<>();
        if (root.get("users") instanceof List<?> entries) {
            for (Object entry : entries) {
                Map<?, ?> map = Kubeconfig.map(entry, "kubeconfig: users");
                String name = Kubeconfig.text(map, "name");
                Object user = map.get("user");
                users.put(name, user(name, user == null ? Map.of() : Kubeconfig.map(user, "kubeconfig: user"), folder));
            }
        }
        String context = Kubeconfig.text(root, "current-context");
        return new KubeconfigUsers(users, context.isEmpty() ? "" : userOf(root, context));
    }

    private static String userOf(Map<?, ?> root, String context) {
        if (root.get("contexts") instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> map
                        && context.equals(map.get("name"))
                        && map.get("context") instanceof Map<?, ?> found) {
                    return Kubeconfig.text(found, "user");
                }
            }
        }
        return "";
    }

    private static User user(String name, Map<?, ?> map, Path folder) throws IOException {
        if (map.get("auth-provider") != null) {
            throw new IllegalArgumentException("auth provider not supported");
        }
        return new User(
                Kubeconfig.data(map, "client-certificate", folder),
                Kubeconfig.data(map, "client-key", folder),
                Kubeconfig.token(map, folder),
                Kubeconfig.text(map, "username"),
                Kubeconfig.text(map, "password"),
                impersonation(map),
                Kubeconfig.exec(name, map, folder));
    }

    private static Map<String, List<String>> impersonation(Map<?, ?> map) {
        String user = Kubeconfig.text(map, "as");
        if (user.isEmpty()) return Map.of();
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("Impersonate-User", List.of(user));
        String uid = Kubeconfig.text(map, "as-uid");
        if (!uid.isEmpty()) headers.put("Impersonate-Uid", List.of(uid));
        if (map.get("as-groups") instanceof List<?> groups && !groups.isEmpty()) {
            headers.put(
                    "Impersonate-Group", groups.stream().map(String::valueOf).toList());
        }
        if (map.get("as-user-extra") instanceof Map<?, ?> extra) {
            extra.forEach((name, values) -> {
                if (values instanceof List<?> list) {
                    headers.put(
                            "Impersonate-Extra-" + name,
                            list.stream().map(String::valueOf).toList());
                }
            });
        }
        return headers;
    }
}
