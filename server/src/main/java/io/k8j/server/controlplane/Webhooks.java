package io.k8j.server.controlplane;

import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.http.WebhookEndpoint;
import io.k8j.client.https.Kubeconfig;
import io.k8j.client.https.ServerAccess;
import io.k8j.client.https.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads where a webhook is out of a kubeconfig file, or of what a Pod finds of its cluster.
 *
 * @param environment of the process
 * @param account folder of the Pod's ServiceAccount
 */
record Webhooks(Map<String, String> environment, Path account) implements AuthorizationSettings.Kubeconfigs {
    @Override
    public WebhookEndpoint read(Path file) throws IOException {
        return endpoint(file);
    }

    @Override
    public WebhookEndpoint inCluster() throws IOException {
        return endpoint(Kubeconfig.inCluster(environment, account)
                .orElseThrow(() -> new IOException(AuthorizationSettings.NO_CLUSTER))
                .access());
    }

    static WebhookEndpoint endpoint(Path kubeconfig) throws IOException {
        return endpoint(Kubeconfig.read(kubeconfig, "").access());
    }

    private static WebhookEndpoint endpoint(ServerAccess access) {
        boolean tls = "https".equals(access.server().getScheme());
        return new WebhookEndpoint(
                access.server(),
                tls ? TlsContexts.of(access) : null,
                () -> access.token().get().map(token -> "Bearer " + token));
    }
}
