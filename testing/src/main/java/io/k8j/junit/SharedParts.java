package io.k8j.junit;

import io.k8j.model.time.SystemTime;
import io.k8j.server.controlplane.ClusterCertificates;
import java.security.GeneralSecurityException;
import java.util.List;

/**
 * What all clusters of a JVM share, because it costs time and belongs to none of them: certificates and the TLS contexts
 * made of them. A client of one cluster can therefore prove itself to the others of the same JVM.
 */
final class SharedParts {
    static final ClusterCertificates CERTIFICATES = certificates();

    private SharedParts() {}

    private static ClusterCertificates certificates() {
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
            ClusterCertificates made = ClusterCertificates.inMemory(names, List.of("localhost", "127.0.0.1"), unused);
            Thread.ofVirtual().name("admin-key").start(made::admin); // meanwhile the first cluster starts
            return made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("make certificates: " + e.getMessage(), e);
        }
    }
}
