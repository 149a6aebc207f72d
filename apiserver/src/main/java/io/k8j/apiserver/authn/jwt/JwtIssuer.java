package io.k8j.apiserver.authn.jwt;

import com.nimbusds.jwt.SignedJWT;
import io.k8j.apiserver.authn.Recognition;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.JsonException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks the tokens of one issuer and makes users of their claims. Safe for all threads. */
final class JwtIssuer implements AutoCloseable {
    /** What upstream accepts at all: nothing without a signature, nothing with a shared secret. */
    static final List<String> ALGORITHMS =
            List.of("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512");

    private final IssuerConfig config;
    private final IssuerKeys keys;
    private final TokenCheck check;
    private final DistributedClaims distributed; // null if groups come from nowhere else

    JwtIssuer(IssuerConfig config, List<String> algorithms, InstantSource clock) {
        this.config = config;
        this.keys = new IssuerKeys(config.url(), config.discoveryUrl(), config.authorities(), clock);
        this.check = new TokenCheck(algorithms, config.audiences(), clock);
        boolean claimed =
                config.groups().expression() == null && !config.groups().claim().isEmpty();
        this.distributed =
                claimed ? new DistributedClaims(config.groups().claim(), check, config.authorities(), clock) : null;
    }

    String url() {
        return config.url();
    }

    /** @param token that names this issuer */
    Recognition authenticate(SignedJWT token) {
        try {
            Map<String, Object> claims = check.claims(token, keys);
            if (distributed != null) {
                distributed.expand(claims);
            }
            return new Recognition.Known(user(claims), List.of());
        } catch (JwtException e) {
            return new Recognition.Bad(e.getMessage());
        } catch (JsonException e) {
            return new Recognition.Bad("oidc: parse claims: " + e.getMessage());
        }
    }

    private UserInfo user(Map<String, Object> claims) throws JwtException {
        Map<String, Object> values = CelClaims.of(claims);
        String name = username(claims, values);
        List<String> groups = groups(claims, values);
        String uid = uid(claims, values);
        Map<String, List<String>> extra = extra(claims, values);
        for (Map.Entry<String, String> required : config.requiredClaims().entrySet()) {
            Object given = claims.get(required.getKey());
            if (!claims.containsKey(required.getKey())) {
                throw new JwtException("oidc: required claim %s not present in ID token".formatted(required.getKey()));
            }
            if (!(given instanceof String text)) {
                throw new JwtException("oidc: parse claim %s: not a string".formatted(required.getKey()));
            }
            if (!text.equals(required.getValue())) {
                throw new JwtException("oidc: required claim %s value does not match. Got = %s, want = %s"
                        .formatted(required.getKey(), text, required.getValue()));
            }
        }
        check("oidc: error evaluating claim validation expression: ", config.claimRules(), values);
        UserInfo user = new UserInfo(name, uid, groups, extra);
        check("oidc: error evaluating user info validation rule: ", config.userRules(), CelClaims.of(user));
        return user;
    }

    private static void check(String start, List<IssuerConfig.Rule> rules, Map<String, ?> input) throws JwtException {
        try {
            ClaimExpression.check(rules, input);
        } catch (JwtException e) {
            throw new JwtException(start + e.getMessage());
        }
    }

    private String username(Map<String, Object> claims, Map<String, Object> values) throws JwtException {
        IssuerConfig.Mapping mapping = config.username();
        if (mapping.expression() != null) {
            Object value = evaluate("username", mapping.expression(), values);
            if (!(value instanceof String name)) {
                throw new JwtException(
                        "oidc: error evaluating username claim expression: username claim expression must return a"
                                + " string");
            }
            if (name.isEmpty()) {
                throw new JwtException("oidc: empty username via CEL expression is not allowed");
            }
            return name;
        }
        Object value = claims.get(mapping.claim());
        if (!(value instanceof String name)) {
            throw new JwtException("oidc: parse username claims %s: %s"
                    .formatted(GoQuote.quote(mapping.claim()), value == null ? "claim not present" : "not a string"));
        }
        if (mapping.claim().equals("email") && claims.containsKey("email_verified")) {
            if (!(claims.get("email_verified") instanceof Boolean verified)) {
                throw new JwtException("oidc: parse 'email_verified' claim: not a boolean");
            }
            if (!verified) {
                throw new JwtException("oidc: email not verified");
            }
        }
        return mapping.prefix() + name;
    }

    private List<String> groups(Map<String, Object> claims, Map<String, Object> values) throws JwtException {
        IssuerConfig.Mapping mapping = config.groups();
        if (mapping.expression() != null) {
            return texts(
                    "oidc: error evaluating group claim expression: ", evaluate("group", mapping.expression(), values));
        }
        if (mapping.claim().isEmpty() || !claims.containsKey(mapping.claim())) {
            return List.of();
        }
        List<String> groups = new ArrayList<>();
        Object value = claims.get(mapping.claim());
        for (Object group : value instanceof List<?> list ? list : value == null ? List.of() : List.of(value)) {
            if (!(group instanceof String text)) {
                throw new JwtException(
                        "oidc: parse groups claim %s: not a list of strings".formatted(GoQuote.quote(mapping.claim())));
            }
            groups.add(mapping.prefix() + text);
        }
        return groups;
    }

    private String uid(Map<String, Object> claims, Map<String, Object> values) throws JwtException {
        IssuerConfig.Mapping mapping = config.uid();
        if (mapping.expression() != null) {
            if (!(evaluate("uid", mapping.expression(), values) instanceof String uid)) {
                throw new JwtException(
                        "oidc: error evaluating uid claim expression: uid claim expression must return a string");
            }
            return uid;
        }
        if (mapping.claim().isEmpty()) {
            return "";
        }
        if (!(claims.get(mapping.claim()) instanceof String uid)) {
            throw new JwtException("oidc: parse uid claim %s: claim not present or not a string"
                    .formatted(GoQuote.quote(mapping.claim())));
        }
        return uid;
    }

    private Map<String, List<String>> extra(Map<String, Object> claims, Map<String, Object> values)
            throws JwtException {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        if (claims.get("jti") instanceof String id && !id.isEmpty()) {
            extra.put("authentication.kubernetes.io/credential-id", List.of("JTI=" + id));
        }
        for (Map.Entry<String, ClaimExpression> mapping : config.extra().entrySet()) {
            List<String> texts = texts(
                    "oidc: error evaluating extra claim expression: "
                            + mapping.getValue().text() + ": ",
                    mapping.getValue().evaluate(values));
            if (!texts.isEmpty()) {
                extra.put(mapping.getKey(), texts);
            }
        }
        return extra;
    }

    private static Object evaluate(String what, ClaimExpression expression, Map<String, Object> values)
            throws JwtException {
        try {
            return expression.evaluate(values);
        } catch (JwtException e) {
            throw new JwtException("oidc: error evaluating %s claim expression: %s".formatted(what, e.getMessage()));
        }
    }

    /** A text or a list of texts; empty ones count as absent. */
    private static List<String> texts(String start, Object value) throws JwtException {
        List<String> texts = new ArrayList<>();
        for (Object item : value instanceof List<?> list ? list : List.of(value)) {
            if (item instanceof dev.cel.common.values.NullValue || item instanceof com.google.protobuf.NullValue) {
                continue;
            }
            if (!(item instanceof String text)) {
                throw new JwtException(start + "expression must return a string or a list of strings");
            }
            if (!text.isEmpty()) {
                texts.add(text);
            }
        }
        return texts;
    }

    @Override
    public void close() {
        keys.close();
        if (distributed != null) {
            distributed.close();
        }
    }
}
