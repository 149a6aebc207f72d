package io.k8j.apiserver.authn.jwt;

import com.nimbusds.jwt.SignedJWT;
import io.k8j.apiserver.authn.AnonymousAccess;
import io.k8j.apiserver.authn.Recognition;
import io.k8j.apiserver.authn.TokenAuthenticator;
import io.k8j.model.time.Time;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Asks the issuer that a token names. A configuration file is looked at once a minute; one that has become wrong is told
 * in the log, and what was there before stays in force. Safe for all threads.
 */
public final class JwtTokens implements TokenAuthenticator, AutoCloseable {
    private static final List<String> DEFAULT_ALGORITHMS = List.of("RS256");

    private record Current(List<JwtIssuer> issuers, AnonymousAccess anonymous) {}

    private final JwtSettings settings;
    private final Set<String> reserved;
    private final Time time;
    private volatile Current current;
    private ReloadedFile file; // null if the settings come from flags

    private JwtTokens(JwtSettings settings, Set<String> reserved, Time time) {
        this.settings = settings;
        this.reserved = reserved;
        this.time = time;
    }

    /**
     * Reads the configuration.
     *
     * @param reserved issuers of ServiceAccount tokens
     * @throws ConfigurationException if it is wrong
     */
    public static JwtTokens open(JwtSettings settings, Set<String> reserved, Time time) throws ConfigurationException {
        JwtTokens tokens = new JwtTokens(settings, new HashSet<>(reserved), time);
        for (String algorithm : settings.algorithms()) {
            if (!JwtIssuer.ALGORITHMS.contains(algorithm)) {
                throw new ConfigurationException("oidc: unsupported signing alg: \"" + algorithm + "\"");
            }
        }
        if (settings.file() == null) {
            tokens.current = new Current(
                    tokens.issuers(AuthenticationConfiguration.of(settings.jwt(), reserved)), settings.anonymous());
        } else {
            tokens.file = ReloadedFile.open(settings.file(), "authentication", time, tokens::take);
        }
        return tokens;
    }

    private List<JwtIssuer> issuers(List<IssuerConfig> configs) {
        // Upstream lets issuers of the file use all algorithms, while those of flags have the flag's.
        List<String> algorithms = settings.file() != null
                ? JwtIssuer.ALGORITHMS
                : settings.algorithms().isEmpty() ? DEFAULT_ALGORITHMS : settings.algorithms();
        return configs.stream()
                .map(config -> new JwtIssuer(config, algorithms, time))
                .toList();
    }

    private void take(byte[] text) throws ConfigurationException {
        AuthenticationConfiguration read = AuthenticationConfiguration.read(text, reserved);
        Current before = current;
        current = new Current(
                issuers(read.issuers()), read.anonymous() == null ? settings.anonymous() : read.anonymous());
        if (before != null) {
            before.issuers().forEach(JwtIssuer::close);
        }
    }

    /** Who may come without credentials now. */
    public AnonymousAccess anonymous() {
        return current.anonymous();
    }

    @Override
    public Recognition authenticate(String token, List<String> audiences, Consumer<String> warn) {
        List<JwtIssuer> issuers = current.issuers();
        if (issuers.isEmpty()) {
            return Recognition.NONE;
        }
        SignedJWT parsed;
        String issuer;
        try {
            parsed = SignedJWT.parse(token);
            issuer = parsed.getJWTClaimsSet() == null
                    ? null
                    : parsed.getJWTClaimsSet().getIssuer();
        } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
            return Recognition.NONE; // no signed token at all
        }
        List<String> problems = new ArrayList<>(0);
        for (JwtIssuer known : issuers) {
            if (known.url().equals(issuer)) {
                Recognition found = known.authenticate(parsed);
                if (!(found instanceof Recognition.Bad(String why))) {
                    return found;
                }
                problems.add(why);
            }
        }
        return problems.isEmpty() ? Recognition.NONE : new Recognition.Bad(problems.getFirst());
    }

    /** Appends what it counts, in Prometheus' text format. */
    public void writeMetrics(StringBuilder out) {
        if (file != null) {
            file.write(out);
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
        current.issuers().forEach(JwtIssuer::close);
    }
}
