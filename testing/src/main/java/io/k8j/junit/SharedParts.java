package io.k8j.junit;

import io.k8j.kubelet.server.KubeletTls;
import io.k8j.model.time.SystemTime;
import io.k8j.server.controlplane.ClusterCertificates;
import java.security.GeneralSecurityException;
import java.util.List;

/**
 * What all clusters of a JVM share, because it costs time and belongs to none of them: certificates and the TLS contexts
 * made of them. Who is who is told by tokens, which each cluster has of its own.
 */
final class SharedParts {
    private static final ClusterCertificates CERTIFICATES = make();

    /** What simulated kubelets present; made when somebody connects to one. */
    private static final class Kubelets {
        static final KubeletTls TLS = new KubeletTls(
                CERTIFICATES.kubelet().key(),
                CERTIFICATES.kubelet().chain(),
                List.copyOf(CERTIFICATES.clientAuthorities()));
    }

    private SharedParts() {}

    static KubeletTls kubeletTls() {
        return Kubelets.TLS;
    }

    static ClusterCertificates certificates() {
        return CERTIFICATES;
    }

    private static ClusterCertificates make() {
        List<String> names = List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "localhost",
                "127.0.0.1",
                "::1",
                "10.43.0.1");
        try (SystemTime unused = new SystemTime()) { // certificates in memory are never renewed
            return ClusterCertificates.inMemory(names, List.of("localhost", "127.0.0.1"), unused);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("make certificates: " + e.getMessage(), e);
        }
    }
}
