package io.k8j.apiserver.authn;

import io.k8j.apiserver.authn.jwt.JwtSettings;
import io.k8j.apiserver.spi.UserInfo;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Who is recognised, with upstream's flags and defaults.
 *
 * @param clientAuthorities whose client certificates are trusted, asked each time
 * @param requestHeaders the authenticating proxy; null for none
 * @param tokens users by static token
 * @param bootstrapTokens whether Secrets of nodes that join are looked at
 * @param keys signs and checks ServiceAccount tokens
 * @param issuers names of the token issuer; the first one issues, tokens of the others are still accepted
 * @param audiences audiences that this server accepts
 * @param jwksUri where the keys are published; null for the server's own address
 * @param extendExpiration whether mounted tokens live for a year, for clients that do not read them again
 * @param maxExpiration longest life of a token; zero for no limit
 * @param jwt issuers of JSON web tokens beside the server itself, and who may come without credentials
 * @param webhook asks another server about tokens; null for none
 */
public record AuthenticationSettings(
        Supplier<Set<X509Certificate>> clientAuthorities,
        RequestHeaders.Settings requestHeaders,
        Map<String, UserInfo> tokens,
        boolean bootstrapTokens,
        ServiceAccountKeys keys,
        List<String> issuers,
        List<String> audiences,
        String jwksUri,
        boolean extendExpiration,
        Duration maxExpiration,
        JwtSettings jwt,
        TokenWebhook.Settings webhook) {
    public AuthenticationSettings {
        tokens = Map.copyOf(tokens);
        issuers = List.copyOf(issuers);
        audiences = List.copyOf(audiences);
        if (issuers.isEmpty() || audiences.isEmpty()) {
            throw new IllegalArgumentException("issuers and audiences must not be empty");
        }
    }

    /** A server that knows its own ServiceAccounts, bootstrap tokens and some static tokens. */
    public static AuthenticationSettings of(ServiceAccountKeys keys, String issuer, Map<String, UserInfo> tokens) {
        return new AuthenticationSettings(
                Set::of,
                null,
                tokens,
                true,
                keys,
                List.of(issuer),
                List.of(issuer),
                null,
                true,
                Duration.ZERO,
                JwtSettings.NONE,
                null);
    }
}
