package io.k8j.apiserver.authz;

import io.k8j.apiserver.authz.webhook.WebhookSettings;
import io.k8j.apiserver.http.WebhookEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Who decides, in order.
 *
 * @param authorizers asked one after another; not looked at if there is a file
 * @param file an AuthorizationConfiguration, read again when it changes; null for none
 * @param kubeconfigs tells where a webhook of the file is
 */
public record AuthorizationSettings(List<Entry> authorizers, Path file, Kubeconfigs kubeconfigs) {
    /** The modes that every server has: nodes first, because their rules are the narrowest. */
    public static final AuthorizationSettings DEFAULTS =
            new AuthorizationSettings(List.of(new Entry.Node(), new Entry.Rbac()), null, file -> {
                throw new IOException("no kubeconfig can be read here");
            });

    public static final String NO_CLUSTER =
            "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined";

    /** One authorizer. */
    public sealed interface Entry {
        record Node() implements Entry {}

        record Rbac() implements Entry {}

        record AlwaysAllow() implements Entry {}

        record AlwaysDeny() implements Entry {}

        record Abac(List<AbacAuthorizer.Policy> policies) implements Entry {}

        record Webhook(WebhookSettings settings) implements Entry {}
    }

    /** Reads kubeconfig files. */
    @FunctionalInterface
    public interface Kubeconfigs {
        WebhookEndpoint read(Path file) throws IOException;

        /** The server of the cluster that this process is a Pod of. */
        default WebhookEndpoint inCluster() throws IOException {
            throw new IOException(NO_CLUSTER);
        }
    }

    public AuthorizationSettings {
        authorizers = List.copyOf(authorizers);
        if (authorizers.isEmpty() && file == null) {
            throw new IllegalArgumentException("at least one authorization-mode must be passed");
        }
    }
}
