package io.k8j.client.https;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads kubeconfig files and the files that a Pod finds of its ServiceAccount. */
public final class Kubeconfig {
    /**
     * What a context says.
     *
     * @param namespace its default namespace
     */
    public record Context(String name, ServerAccess access, String namespace) {}

    public static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
    private static final long TOKEN_LIFE_NANOS = 60_000_000_000L;

    private Kubeconfig() {}

    /**
     * Reads a file.
     *
     * @param context which of its contexts; empty for the current one
     * @throws IOException if it or a file that it names cannot be read
     * @throws IllegalArgumentException if its content is wrong; the message names what
     */
    public static Context read(Path file, String context) throws IOException {
        return parse(Files.readString(file), file.toAbsolutePath().getParent(), context);
    }

    static Context parse(String yaml, Path folder, String wanted) throws IOException {
        Map<?, ?> root = map(load(yaml), "kubeconfig");
        String name = wanted.isEmpty() ? text(root, "current-context") : wanted;
        if (name.isEmpty()) {
            throw new IllegalArgumentException("kubeconfig: current-context is not set");
        }
        Map<?, ?> context = named(root, "contexts", "context", name);
        Map<?, ?> cluster = named(root, "clusters", "cluster", text(context, "cluster"));
        String user = text(context, "user");
        Map<?, ?> credentials = user.isEmpty() ? Map.of() : named(root, "users", "user", user);
        String server = text(cluster, "server");
        if (server.isEmpty()) {
            throw new IllegalArgumentException("kubeconfig: cluster of context \"%s\" has no server".formatted(name));
        }
        ServerAccess access = new ServerAccess(
                URI.create(server.endsWith("/") ? server.substring(0, server.length() - 1) : server),
                data(cluster, "certificate-authority", folder),
                text(cluster, "tls-server-name"),
                Boolean.TRUE.equals(cluster.get("insecure-skip-tls-verify")),
                data(credentials, "client-certificate", folder),
                data(credentials, "client-key", folder),
                token(user, credentials, folder));
        String namespace = text(context, "namespace");
        return new Context(name, access, namespace.isEmpty() ? "default" : namespace);
    }

    /** The access of a Pod's own ServiceAccount; empty outside of a cluster. */
    public static Optional<Context> inCluster(Map<String, String> environment) throws IOException {
        return inCluster(environment, ACCOUNT);
    }

    /** The same, with the folder that holds the ServiceAccount's files. */
    public static Optional<Context> inCluster(Map<String, String> environment, Path account) throws IOException {
        String host = environment.get("KUBERNETES_SERVICE_HOST");
        String port = environment.get("KUBERNETES_SERVICE_PORT");
        Path token = account.resolve("token");
        if (host == null || port == null || !Files.isReadable(token)) {
            return Optional.empty();
        }
        String address = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        ServerAccess access = new ServerAccess(
                URI.create("https://" + address + ":" + port),
                Files.readAllBytes(account.resolve("ca.crt")),
                "",
                false,
                new byte[0],
                new byte[0],
                new TokenFile(token));
        String namespace = Files.readString(account.resolve("namespace")).strip();
        return Optional.of(new Context("in-cluster", access, namespace));
    }

    static Object load(String yaml) {
        try {
            return new Load(LoadSettings.builder().setCodePointLimit(10_000_000).build()).loadFromString(yaml);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("kubeconfig: " + e.getMessage(), e);
        }
    }

    static Map<?, ?> map(Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(what + ": not a mapping");
    }

    private static Map<?, ?> named(Map<?, ?> root, String list, String field, String name) {
        if (root.get(list) instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> map && name.equals(map.get("name"))) {
                    return map(map.get(field), "kubeconfig: %s \"%s\"".formatted(field, name));
                }
            }
        }
        throw new IllegalArgumentException("kubeconfig: no %s \"%s\"".formatted(field, name));
    }

    static String text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String text ? text : "";
    }

    /** {@code key-data} in base64, or the file named by {@code key}. */
    static byte[] data(Map<?, ?> map, String key, Path folder) throws IOException {
        String inline = text(map, key + "-data");
        if (!inline.isEmpty()) {
            try {
                return Base64.getMimeDecoder().decode(inline);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("kubeconfig: %s-data is not base64".formatted(key), e);
            }
        }
        String file = text(map, key);
        return file.isEmpty() ? new byte[0] : Files.readAllBytes(folder.resolve(file));
    }

    private static Supplier<Optional<String>> token(String user, Map<?, ?> credentials, Path folder) {
        ExecCredentials exec = exec(user, credentials, folder);
        if (exec == null) return token(credentials, folder);
        return () -> Optional.of(exec.token()
                .orElseThrow(() -> new UncheckedIOException(
                        new IOException("exec plugin of " + user + " gives no token, which is needed here"))));
    }

    /** Null unless a program has to be asked, since nothing else is given. */
    static ExecCredentials exec(String user, Map<?, ?> credentials, Path folder) {
        boolean other = Stream.of(
                        "token", "tokenFile", "username", "password", "client-certificate", "client-certificate-data")
                .anyMatch(field -> !text(credentials, field).isEmpty());
        if (credentials.get("exec") == null || other) return null;
        return ExecCredentials.of(
                user, map(credentials.get("exec"), "kubeconfig: exec"), folder, InstantSource.system());
    }

    static Supplier<Optional<String>> token(Map<?, ?> credentials, Path folder) {
        String token = text(credentials, "token");
        String file = text(credentials, "tokenFile");
        if (!file.isEmpty()) {
            return new TokenFile(folder.resolve(file));
        }
        return () -> token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    /** A token that others renew; read again after a minute. */
    private static final class TokenFile implements Supplier<Optional<String>> {
        private final Path file;
        private String token = ""; // guarded by this
        private long readAt; // guarded by this

        TokenFile(Path file) {
            this.file = file;
        }

        @Override
        public synchronized Optional<String> get() {
            if (token.isEmpty() || System.nanoTime() - readAt > TOKEN_LIFE_NANOS) {
                try {
                    token = Files.readString(file, StandardCharsets.UTF_8).strip();
                    readAt = System.nanoTime();
                } catch (IOException e) {
                    if (token.isEmpty()) {
                        throw new UncheckedIOException("token file " + file, e);
                    }
                }
            }
            return Optional.of(token);
        }
    }
}
