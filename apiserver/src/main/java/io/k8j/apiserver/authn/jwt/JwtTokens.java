package io.k8j.apiserver.authn.jwt;

import com.nimbusds.jwt.SignedJWT;
import io.k8j.apiserver.authn.AnonymousAccess;
import io.k8j.apiserver.authn.Recognition;
import io.k8j.apiserver.authn.TokenAuthenticator;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the issuer that a token names. A configuration file is looked at once a minute; one that has become wrong is told
 * in the log, and what was there before stays in force. Safe for all threads.
 */
public final class JwtTokens implements TokenAuthenticator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JwtTokens.class);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final List<String> DEFAULT_ALGORITHMS = List.of("RS256");

    private record Current(List<JwtIssuer> issuers, AnonymousAccess anonymous) {}

    private final JwtSettings settings;
    private final Set<String> reserved;
    private final Time time;
    private volatile Current current;
    private byte[] text; // of the file; guarded by this
    private Time.Timer next = () -> {}; // guarded by this
    private boolean closed; // guarded by this

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
            tokens.load();
            tokens.lookLater();
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

    private synchronized void load() throws ConfigurationException {
        byte[] now;
        try {
            now = Files.readAllBytes(settings.file());
        } catch (IOException e) {
            throw new ConfigurationException("cannot be read (" + e.getMessage() + ")", e);
        }
        if (Arrays.equals(now, text)) {
            return;
        }
        AuthenticationConfiguration read = AuthenticationConfiguration.read(now, reserved);
        Current before = current;
        current = new Current(
                issuers(read.issuers()), read.anonymous() == null ? settings.anonymous() : read.anonymous());
        text = now;
        if (before != null) {
            LOG.info("authentication configuration reloaded");
            before.issuers().forEach(JwtIssuer::close);
        }
    }

    private synchronized void lookLater() {
        if (!closed) {
            next = time.after(
                    LOOK, () -> Thread.ofVirtual().name("authentication-config").start(this::look));
        }
    }

    private void look() {
        try {
            load();
        } catch (ConfigurationException e) {
            LOG.atError()
                    .addKeyValue("file", settings.file())
                    .log("authentication configuration stays as it was: {}", e.getMessage());
        }
        lookLater();
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

    @Override
    public synchronized void close() {
        closed = true;
        next.cancel();
        current.issuers().forEach(JwtIssuer::close);
    }
}
