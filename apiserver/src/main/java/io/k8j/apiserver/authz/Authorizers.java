package io.k8j.apiserver.authz;

import io.k8j.apiserver.authn.jwt.ConfigurationException;
import io.k8j.apiserver.authn.jwt.ReloadedFile;
import io.k8j.apiserver.authz.node.NodeAuthorizer;
import io.k8j.apiserver.authz.webhook.AuthorizationConfiguration;
import io.k8j.apiserver.authz.webhook.WebhookAuthorizer;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Puts the authorizers together, by flags or by a configuration file that is read anew when it changes. */
public final class Authorizers implements AutoCloseable {
    private final AuthorizationSettings settings;
    private final RbacIndex index;
    private final NodeAuthorizer nodes;
    private final Time time;
    private final AuthorizerChain chain;
    private volatile List<Authorizer> current = List.of();
    private ReloadedFile file; // null if the settings come from flags

    private Authorizers(AuthorizationSettings settings, ObjectReader objects, Time time) {
        this.settings = settings;
        this.index = new RbacIndex(objects);
        this.nodes = new NodeAuthorizer(objects);
        this.time = time;
        this.chain = new AuthorizerChain(() -> current);
    }

    /** @throws ConfigurationException if the configuration file is wrong */
    public static Authorizers open(AuthorizationSettings settings, ObjectReader objects, Time time)
            throws ConfigurationException {
        Authorizers authorizers = new Authorizers(settings, objects, time);
        if (settings.file() == null) {
            authorizers.current = authorizers.make(settings.authorizers());
        } else {
            authorizers.file = ReloadedFile.open(settings.file(), "authorization", time, authorizers::take);
        }
        return authorizers;
    }

    /** All of them in order. */
    public AuthorizerChain chain() {
        return chain;
    }

    /** Appends what it counts, in Prometheus' text format. */
    public void writeMetrics(StringBuilder out) {
        if (file != null) {
            file.write(out);
        }
    }

    /** What RBAC's objects say, whoever decides. */
    public RbacIndex index() {
        return index;
    }

    private List<Authorizer> make(List<AuthorizationSettings.Entry> entries) {
        List<Authorizer> made = new ArrayList<>();
        for (AuthorizationSettings.Entry entry : entries) {
            made.add(
                    switch (entry) {
                        case AuthorizationSettings.Entry.Node node -> nodes;
                        case AuthorizationSettings.Entry.Rbac rbac -> new RbacAuthorizer(index);
                        case AuthorizationSettings.Entry.AlwaysAllow allow -> new Always(true);
                        case AuthorizationSettings.Entry.AlwaysDeny deny -> new Always(false);
                        case AuthorizationSettings.Entry.Abac abac -> new AbacAuthorizer(abac.policies());
                        case AuthorizationSettings.Entry.Webhook webhook ->
                            new WebhookAuthorizer(webhook.settings(), time);
                    });
        }
        return List.copyOf(made);
    }

    private void take(byte[] text) throws ConfigurationException {
        List<Authorizer> before = current;
        current = make(AuthorizationConfiguration.read(text, settings.kubeconfigs()));
        close(before);
    }

    private static void close(List<Authorizer> authorizers) {
        for (Authorizer authorizer : authorizers) {
            if (authorizer instanceof WebhookAuthorizer webhook) {
                webhook.close();
            }
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
        close(current);
    }

    /** Says the same to everybody. */
    private record Always(boolean allows) implements Authorizer, RuleResolver {
        @Override
        public Decision authorize(Attributes attributes) {
            return allows ? new Decision.Allow("") : new Decision.NoOpinion("Everything is forbidden.");
        }

        @Override
        public Rules rules(UserInfo user, String namespace) {
            return allows
                    ? new Rules(
                            List.of(Map.of(
                                    "verbs", List.of("*"), "apiGroups", List.of("*"), "resources", List.of("*"))),
                            List.of(Map.of("verbs", List.of("*"), "nonResourceURLs", List.of("*"))),
                            false,
                            "")
                    : new Rules(List.of(), List.of(), false, "");
        }
    }
}
