package io.k8j.apiserver.authn.jwt;

import io.k8j.apiserver.authn.AnonymousAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where the issuers of tokens come from: from flags, or from a file that is read again when it changes.
 *
 * @param jwt entries in the form of the configuration file
 * @param algorithms signature algorithms that are accepted; empty for those of upstream's default
 * @param file an AuthenticationConfiguration; null for none
 * @param anonymous what holds if the file does not say
 */
public record JwtSettings(
        List<Map<String, Object>> jwt, List<String> algorithms, Path file, AnonymousAccess anonymous) {
    public static final JwtSettings NONE = new JwtSettings(List.of(), List.of(), null, AnonymousAccess.EVERYWHERE);

    public JwtSettings {
        jwt = List.copyOf(jwt);
        algorithms = List.copyOf(algorithms);
    }
}
