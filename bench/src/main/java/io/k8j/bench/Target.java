package io.k8j.bench;

import io.k8j.model.yaml.Yaml;
import io.k8j.server.UserException;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The API server to load, as a kubeconfig's current context names it.
 *
 * @param tls null for plain HTTP
 * @param token bearer token; null if a certificate proves who we are
 */
public record Target(String host, int port, SslContext tls, String token, Path kubeconfig) {
    static Target read(Path kubeconfig) {
        try {
            Object tree = Yaml.parse(Files.readString(kubeconfig));
            Map<?, ?> config = tree instanceof Map<?, ?> map ? map : Map.of();
            Map<?, ?> context = named(config, "contexts", "context", text(config, "current-context"));
            Map<?, ?> cluster = named(config, "clusters", "cluster", text(context, "cluster"));
            Map<?, ?> user = named(config, "users", "user", text(context, "user"));
            URI server = URI.create(text(cluster, "server"));
            boolean secure = "https".equals(server.getScheme());
            int port = server.getPort() > 0 ? server.getPort() : secure ? 443 : 80;
            String token = user.get("token") instanceof String t ? t : null;
            return new Target(
                    server.getHost(), port, secure ? tls(kubeconfig, cluster, user) : null, token, kubeconfig);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserException("kubeconfig %s cannot be used: %s".formatted(kubeconfig, e.getMessage()), e);
        }
    }

    private static SslContext tls(Path kubeconfig, Map<?, ?> cluster, Map<?, ?> user) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .endpointIdentificationAlgorithm(null); // tunnels and addresses without a name are common
        byte[] authority = data(kubeconfig, cluster, "certificate-authority");
        if (Boolean.TRUE.equals(cluster.get("insecure-skip-tls-verify"))) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (authority != null) {
            builder.trustManager(stream(authority));
        }
        byte[] certificate = data(kubeconfig, user, "client-certificate");
        byte[] key = data(kubeconfig, user, "client-key");
        if (certificate != null && key != null) {
            builder.keyManager(stream(certificate), stream(key));
        }
        return builder.build();
    }

    private static InputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    private static byte[] data(Path kubeconfig, Map<?, ?> from, String field) throws IOException {
        if (from.get(field + "-data") instanceof String base64) {
            return Base64.getDecoder().decode(base64);
        }
        return from.get(field) instanceof String file
                ? Files.readAllBytes(kubeconfig.toAbsolutePath().resolveSibling(file))
                : null;
    }

    private static String text(Map<?, ?> tree, String field) {
        if (tree.get(field) instanceof String found) {
            return found;
        }
        throw new IllegalArgumentException(field + " is missing");
    }

    private static Map<?, ?> named(Map<?, ?> config, String list, String field, String name) {
        if (config.get(list) instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> map
                        && name.equals(map.get("name"))
                        && map.get(field) instanceof Map<?, ?> it) {
                    return it;
                }
            }
        }
        throw new IllegalArgumentException("%s has no '%s'".formatted(list, name));
    }
}
