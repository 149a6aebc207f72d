package io.k8j.apiserver.authn;

import io.k8j.apiserver.authn.jwt.ConfigurationException;
import io.k8j.apiserver.authn.jwt.JwtTokens;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Puts the authenticators together; the order in which they are asked is written here, once. */
public final class Authenticators implements AutoCloseable {
    private final Authentication authentication;
    private final TokenRequests tokenRequests;
    private final JwtTokens jwt;
    private final TokenWebhook webhook; // null if there is none

    private Authenticators(AuthenticationSettings settings, ObjectReader objects, ApiTransport self, Time time)
            throws ConfigurationException {
        LegacyTokens legacy = new LegacyTokens(objects, new LegacyTokenUse(self, time));
        ServiceAccountTokens accounts = new ServiceAccountTokens(
                settings.keys(), settings.issuers(), settings.audiences(), objects, time, legacy);
        this.jwt = JwtTokens.open(settings.jwt(), new HashSet<>(settings.issuers()), time);
        this.webhook =
                settings.webhook() == null ? null : new TokenWebhook(settings.webhook(), settings.audiences(), time);
        List<Authenticator> ordered = new ArrayList<>();
        if (settings.requestHeaders() != null) {
            ordered.add(new RequestHeaders(settings.requestHeaders(), time));
        }
        ordered.add(new ClientCertificates(settings.clientAuthorities(), time));
        ordered.add(new BearerTokens(tokens(settings, accounts, objects, time)));
        this.authentication = new Authentication(ordered, settings.audiences(), jwt::anonymous);
        this.tokenRequests = new TokenRequests(accounts, authentication, settings, objects);
    }

    /**
     * Makes all of them.
     *
     * @param self calls the server with its own rights
     * @throws ConfigurationException if the configuration of token issuers is wrong
     */
    public static Authenticators of(AuthenticationSettings settings, ObjectReader objects, ApiTransport self, Time time)
            throws ConfigurationException {
        return new Authenticators(settings, objects, self, time);
    }

    /** What can be decided here comes first, what asks other machines last. */
    private List<TokenAuthenticator> tokens(
            AuthenticationSettings settings, ServiceAccountTokens accounts, ObjectReader objects, Time time) {
        List<TokenAuthenticator> ordered = new ArrayList<>();
        ordered.add(TokenAuthenticator.forOwnAudiences(settings.audiences(), new StaticTokens(settings.tokens())));
        ordered.add(accounts);
        if (settings.bootstrapTokens()) {
            ordered.add(TokenAuthenticator.forOwnAudiences(settings.audiences(), new BootstrapTokens(objects, time)));
        }
        ordered.add(TokenAuthenticator.forOwnAudiences(settings.audiences(), jwt));
        if (webhook != null) {
            ordered.add(webhook);
        }
        return ordered;
    }

    public Authentication authentication() {
        return authentication;
    }

    public TokenRequests tokenRequests() {
        return tokenRequests;
    }

    /** Appends what they count, in Prometheus' text format. */
    public void writeMetrics(StringBuilder out) {
        jwt.writeMetrics(out);
    }

    @Override
    public void close() {
        jwt.close();
        if (webhook != null) {
            webhook.close();
        }
    }
}
