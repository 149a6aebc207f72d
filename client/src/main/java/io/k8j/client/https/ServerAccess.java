package io.k8j.client.https;

import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where an API server is and how to be recognized there.
 *
 * @param server such as {@code https://10.0.0.1:6443}, without a slash at the end
 * @param authority PEM certificates that the server's must lead to; empty for those of the JVM
 * @param tlsServerName name to expect in the server's certificate instead of the host in the URL; empty for that
 * @param insecure whether the server's certificate is not checked at all
 * @param certificate PEM client certificate; empty if none
 * @param key PEM key of it
 * @param token gives the bearer token for each request; empty answer for none
 */
public record ServerAccess(
        URI server,
        byte[] authority,
        String tlsServerName,
        boolean insecure,
        byte[] certificate,
        byte[] key,
        Supplier<Optional<String>> token) {
    public static ServerAccess withToken(URI server, byte[] authority, String token) {
        return new ServerAccess(server, authority, "", false, new byte[0], new byte[0], () -> Optional.of(token));
    }

    public static ServerAccess withCertificate(URI server, byte[] authority, byte[] certificate, byte[] key) {
        return new ServerAccess(server, authority, "", false, certificate, key, Optional::empty);
    }
}
