package io.k8j.server.controlplane;

import io.k8j.apiserver.http.WebhookEndpoint;
import io.k8j.client.Kubeconfig;
import io.k8j.client.ServerAccess;
import io.k8j.client.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;

/** Reads where a webhook is out of a kubeconfig file. */
final class Webhooks {
    private Webhooks() {}

    static WebhookEndpoint endpoint(Path kubeconfig) throws IOException {
        ServerAccess access = Kubeconfig.read(kubeconfig, "").access();
        boolean tls = "https".equals(access.server().getScheme());
        return new WebhookEndpoint(
                access.server(),
                tls ? TlsContexts.of(access) : null,
                access.token().get().map(token -> "Bearer " + token).orElse(null));
    }
}
