package io.k8j.server.controlplane;

import io.k8j.client.ControllerLoop;
import io.k8j.client.https.ServerAccess;
import io.k8j.client.https.TlsContexts;
import io.k8j.metrics.MetricsConfig;
import io.k8j.metrics.MetricsServer;
import io.k8j.model.time.Time;
import io.k8j.model.usage.UsageSource;
import io.k8j.server.ServerConfig;
import io.k8j.server.certs.KeyAndCertificate;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLContext;

/** The part of this process that stands in for metrics-server: {@code --disable metrics-server} leaves it out. */
final class ResourceMetrics implements AutoCloseable {
    /** Name of the component, also for {@code --disable}. */
    static final String NAME = "metrics-server";

    private final MetricsServer server;

    /** How it presents itself to kubelets, made once of each certificate. */
    private static final class Identity {
        private final ClusterCertificates certificates;
        private KeyAndCertificate known; // guarded by this
        private SSLContext context; // guarded by this

        Identity(ClusterCertificates certificates) {
            this.certificates = certificates;
        }

        synchronized SSLContext current() {
            KeyAndCertificate now = certificates.kubeletClient();
            if (!now.equals(known)) {
                context = TlsContexts.of(ServerAccess.withCertificate(
                        URI.create("https://kubelet"),
                        certificates.authorityPem().getBytes(StandardCharsets.US_ASCII),
                        now.chainPem().getBytes(StandardCharsets.US_ASCII),
                        now.keyPem().getBytes(StandardCharsets.US_ASCII)));
                known = now;
            }
            return context;
        }
    }

    private ResourceMetrics(MetricsServer server) {
        this.server = server;
    }

    /** Null if it is left out. */
    static ResourceMetrics of(ServerConfig config, Time time) {
        return config.disable().contains(NAME)
                ? null
                : new ResourceMetrics(new MetricsServer(MetricsConfig.DEFAULTS, time));
    }

    UsageSource usage() {
        return server.usage();
    }

    List<ControllerLoop.Metrics> rounds() {
        return server.metrics();
    }

    /** @param eager whether at once, and not only when somebody asks for the first time */
    void start(ControlPlane plane, ClusterCertificates certificates, boolean eager) {
        server.start(
                plane.client(
                        NAME,
                        "system:serviceaccount:kube-system:" + NAME,
                        "system:serviceaccounts",
                        "system:serviceaccounts:kube-system"),
                new Identity(certificates)::current,
                eager);
    }

    @Override
    public void close() {
        server.close();
    }
}
