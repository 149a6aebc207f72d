package io.k8j.apiserver.authn.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.SignedJWT;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether a token is signed, in time and for us. Immutable; safe for all threads. */
final class TokenCheck {
    private static final Duration NOT_BEFORE_LEEWAY = Duration.ofMinutes(5);

    private final Set<JWSAlgorithm> algorithms;
    private final List<String> audiences;
    private final InstantSource clock;

    /** @param audiences one of which the token must name */
    TokenCheck(List<String> algorithms, List<String> audiences, InstantSource clock) {
        this.algorithms = algorithms.stream().map(JWSAlgorithm::parse).collect(Collectors.toUnmodifiableSet());
        this.audiences = audiences;
        this.clock = clock;
    }

    /**
     * What a good token says; the map is the caller's.
     *
     * @param keys of the issuer that it names
     * @throws io.k8j.model.json.JsonException if that is no object
     */
    Map<String, Object> claims(SignedJWT token, IssuerKeys keys) throws JwtException {
        verify(token, keys);
        Map<String, Object> claims = Json.parseObject(token.getPayload().toBytes());
        checkTimes(claims);
        checkAudience(claims);
        return claims;
    }

    private void verify(SignedJWT token, IssuerKeys keys) throws JwtException {
        if (!algorithms.contains(token.getHeader().getAlgorithm())) {
            throw new JwtException("oidc: verify token: oidc: malformed jwt: unexpected signature algorithm \"%s\""
                    .formatted(token.getHeader().getAlgorithm()));
        }
        DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();
        for (JWK key : keys.matching(token.getHeader())) {
            try {
                if (key instanceof AsymmetricJWK asymmetric
                        && token.verify(verifiers.createJWSVerifier(token.getHeader(), asymmetric.toPublicKey()))) {
                    return;
                }
            } catch (JOSEException e) {
                continue; // a key of another kind; another one may fit
            }
        }
        throw new JwtException("oidc: verify token: failed to verify signature: failed to verify id token signature");
    }

    private void checkTimes(Map<String, Object> claims) throws JwtException {
        Instant now = clock.instant();
        Instant end = instant(claims, "exp");
        if (end == null || end.isBefore(now)) {
            throw new JwtException("oidc: verify token: oidc: token is expired (Token Expiry: %s)".formatted(end));
        }
        Instant from = instant(claims, "nbf");
        if (from != null && now.plus(NOT_BEFORE_LEEWAY).isBefore(from)) {
            throw new JwtException("oidc: verify token: oidc: current time %s before the nbf (not before) time: %s"
                    .formatted(now, from));
        }
    }

    private static Instant instant(Map<String, Object> claims, String name) throws JwtException {
        Object value = claims.get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number) || number.doubleValue() < 0 || number.doubleValue() > 1e11) {
            throw new JwtException("oidc: verify token: oidc: failed to unmarshal claims: " + name);
        }
        return Instant.ofEpochSecond(number.longValue());
    }

    private void checkAudience(Map<String, Object> claims) throws JwtException {
        List<String> given = switch (claims.get("aud")) {
            case String one -> List.of(one);
            case List<?> many -> many.stream().map(String::valueOf).toList();
            case null, default -> List.of();
        };
        if (audiences.stream().noneMatch(given::contains)) {
            throw new JwtException("oidc: verify token: oidc: expected audience in %s got %s"
                    .formatted(quoted(audiences), quoted(given)));
        }
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(GoQuote::quote).collect(Collectors.joining(" ", "[", "]"));
    }
}
